import { ActionIcon, Button, Input } from "@mantine/core";
import { Plus, X } from "lucide-react";
import type { Where } from "@/components/condition/condition";
import type { Pattern } from "@/features/journeys/definition";
import { EventField } from "@/features/journeys/event-field";
import styles from "@/features/journeys/form.module.css";
import { WhereField } from "@/features/journeys/where-field";
import { useWords } from "@/features/journeys/words";

function pattern(event: string, where: Where | undefined): Pattern {
  return where ? { event, where } : { event };
}

/** What the journey is for: the event that ends it well. */
export function GoalFields({ value, change }: { value: Pattern | undefined; change: (goal: Pattern | undefined) => void }) {
  const w = useWords();
  return (
    <div className={styles["stack"]}>
      <EventField
        label={`${w("goal")}${w("optional")}`}
        value={value?.event ?? ""}
        clearable
        change={(event) => change(event ? { event } : undefined)}
      />
      <p className={styles["faint"]}>{w("goalWhy")}</p>
      {value ? (
        <WhereField
          label={w("field.where")}
          event={value.event}
          value={value.where}
          refers
          change={(where) => change(pattern(value.event, where))}
        />
      ) : null}
    </div>
  );
}

/** Events that end the journey at once. */
export function ExitFields({ value, change }: { value: readonly Pattern[]; change: (exits: Pattern[]) => void }) {
  const w = useWords();
  const put = (at: number, next: Pattern) => change(value.map((one, other) => (other === at ? next : one)));
  return (
    <Input.Wrapper label={w("exits")} labelElement="div" description={w("exitsWhy")}>
      <div className={styles["exits"]}>
        {value.map((one, at) => (
          <div key={at} className={styles["exit"]}>
            <div className={styles["stack"]}>
              <EventField label={w("field.event")} value={one.event} change={(event) => put(at, pattern(event ?? "", one.where))} />
              <WhereField
                label={w("field.where")}
                event={one.event}
                value={one.where}
                refers
                change={(where) => put(at, pattern(one.event, where))}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("removeExit")}
              onClick={() => change(value.filter((_, other) => other !== at))}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <Button
          variant="subtle"
          size="compact-sm"
          className={styles["begin"] ?? ""}
          leftSection={<Plus size={13} aria-hidden />}
          onClick={() => change([...value, { event: "" }])}
        >
          {w("addExit")}
        </Button>
      </div>
    </Input.Wrapper>
  );
}
