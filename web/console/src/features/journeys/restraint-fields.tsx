import { NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import { useId } from "react";
import { ConditionField } from "@/features/journeys/condition-field";
import type { Settings } from "@/features/journeys/definition";
import styles from "@/features/journeys/form.module.css";
import { useWords } from "@/features/journeys/words";

interface RestraintProps {
  settings: Settings;
  change: (values: Partial<Settings>, at: string) => void;
}

const WAYS = ["workspace", "own", "off"] as const;
type Way = (typeof WAYS)[number];

function wayOf(value: object | "off" | undefined): Way {
  return value === undefined ? "workspace" : value === "off" ? "off" : "own";
}

function Choice<T extends string>({ label, value, data, change }: { label: string; value: T; data: { value: T; label: string }[]; change: (value: T) => void }) {
  const id = useId();
  return (
    <div>
      <div className={styles["label"]} id={id}>
        {label}
      </div>
      <SegmentedControl<T> aria-labelledby={id} size="xs" value={value} onChange={change} data={data} />
    </div>
  );
}

/** Quiet hours, cap, priority, budget, and for whom it is still meant right before a message leaves. */
export function RestraintFields({ settings, change }: RestraintProps) {
  const w = useWords();
  const { quiet_hours: quiet, frequency_cap: cap, budget } = settings;
  const put = (values: { [key in keyof Settings]: Settings[key] | undefined }, at: string) =>
    change(values as Partial<Settings>, at);
  return (
    <div className={styles["stack"]}>
      <Choice
        label={w("quietHours")}
        value={wayOf(quiet)}
        data={WAYS.map((way) => ({ value: way, label: w(`quiet.${way}`) }))}
        change={(way) =>
          put({ quiet_hours: { workspace: undefined, own: { from: "22:00", until: "09:00" }, off: "off" as const }[way] }, "quiet")
        }
      />
      {quiet === undefined ? <p className={styles["faint"]}>{w("quietWorkspace")}</p> : null}
      {typeof quiet === "object" ? (
        <div className={styles["pair"]}>
          <TextInput type="time" label={w("from")} value={quiet.from} onChange={(event) => put({ quiet_hours: { ...quiet, from: event.currentTarget.value } }, "quiet/from")} />
          <TextInput type="time" label={w("to")} value={quiet.until} onChange={(event) => put({ quiet_hours: { ...quiet, until: event.currentTarget.value } }, "quiet/until")} />
        </div>
      ) : null}
      <Choice
        label={w("cap")}
        value={wayOf(cap)}
        data={WAYS.map((way) => ({ value: way, label: w(`cap.${way}`) }))}
        change={(way) => put({ frequency_cap: { workspace: undefined, own: { messages: 2, days: 7 }, off: "off" as const }[way] }, "cap")}
      />
      {typeof cap === "object" ? (
        <div className={styles["pair"]}>
          <NumberInput label={w("capMessages")} min={1} max={100} allowDecimal={false} value={cap.messages} onChange={(messages) => put({ frequency_cap: { ...cap, messages: Number(messages) } }, "cap/messages")} />
          <NumberInput label={w("capDays")} min={1} max={90} allowDecimal={false} value={cap.days} onChange={(days) => put({ frequency_cap: { ...cap, days: Number(days) } }, "cap/days")} />
        </div>
      ) : null}
      <Choice
        label={w("budget")}
        value={budget ? (budget.per ?? "month") : "none"}
        data={(["none", "month", "total"] as const).map((per) => ({ value: per, label: w(`budget.${per}`) }))}
        change={(per) => put({ budget: per === "none" ? undefined : { messages: budget?.messages ?? 1_000, per } }, "budget")}
      />
      {budget ? (
        <NumberInput
          label={w("budgetMessages")}
          description={w("budgetWhy")}
          min={1}
          allowDecimal={false}
          thousandSeparator
          value={budget.messages}
          onChange={(messages) => put({ budget: { ...budget, messages: Number(messages) } }, "budget/messages")}
        />
      ) : null}
      <NumberInput
        label={w("priority")}
        description={w("priorityWhy")}
        min={1}
        max={9}
        allowDecimal={false}
        value={settings.priority ?? 5}
        onChange={(priority) => put({ priority: priority === 5 ? undefined : Number(priority) }, "priority")}
      />
      <ConditionField
        label={`${w("onlyWhile")}${w("optional")}`}
        value={settings.only_while}
        required={false}
        change={(only_while) => put({ only_while }, "only_while")}
      />
    </div>
  );
}
