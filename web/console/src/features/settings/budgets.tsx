import { Button, NumberInput, Progress, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useMay } from "@/api/me";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { type Budget, useBudgets, useDropBudget, useSetBudget } from "@/features/settings/money";
import { useCodes, useWords } from "@/features/settings/money-words";
import styles from "@/features/settings/settings.module.css";
import { useFormat } from "@/lib/format";

/** Limits beyond which nothing more is sent, with what of each is spent. */
export function Budgets() {
  const w = useWords();
  const may = useMay()("cost.write");
  const budgets = useBudgets();
  if (budgets.error) return <Failed error={budgets.error} retry={() => void budgets.refetch()} small />;
  return (
    <Panel title={w("budgets")}>
      <p className={styles["soft"]}>{w("budgetsWhy")}</p>
      {!budgets.data ? (
        <Waiting rows={2} height={40} />
      ) : budgets.data.length ? (
        <div className={styles["stack"]}>
          {budgets.data.map((one) => (
            <Line key={one.scope + one.unit} of={one} may={may} />
          ))}
        </div>
      ) : (
        <p>{w("budgetsNone")}</p>
      )}
      {may ? <Form /> : null}
    </Panel>
  );
}

function Line({ of, may }: { of: Budget; may: boolean }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const drop = useDropBudget();
  const [kind = "", key] = of.scope.split(":");
  const said = (amount: number) => w(of.unit === "money" ? "inMoney" : "inMessages", { amount: format.number(amount) });
  return (
    <div className={styles["row"]}>
      <div className={styles["grow"]}>
        <span>
          {code("scope", kind)}
          {key ? <span data-data> {key}</span> : null} · {code("period", of.period)}
        </span>
        <Progress
          value={of.most ? (100 * of.spent) / of.most : 100}
          color={of.spent >= of.most ? "red" : "indigo"}
          my={4}
          aria-label={w("spent", { spent: said(of.spent), most: said(of.most) })}
        />
        <span className={styles["soft"]}>{w("spent", { spent: said(of.spent), most: said(of.most) })}</span>
        {drop.error ? <Failed error={drop.error} small /> : null}
      </div>
      {may ? (
        <Button variant="default" size="xs" onClick={() => drop.mutate(of)} loading={drop.isPending}>
          {w("removeBudget")}
        </Button>
      ) : null}
    </div>
  );
}

function Form() {
  const w = useWords();
  const set = useSetBudget();
  const [unit, setUnit] = useState("messages");
  const [most, setMost] = useState<number | string>("");

  function submit(event: FormEvent) {
    event.preventDefault();
    set.mutate(
      { scope: "workspace", unit, most: Number(most), period: "month" },
      {
        onSuccess: () => {
          setMost("");
          notifications.show({ message: w("saved") });
        },
      },
    );
  }

  return (
    <form className={styles["row"]} onSubmit={submit}>
      <Select
        label={w("unit")}
        allowDeselect={false}
        data={[
          { value: "messages", label: w("unit.messages") },
          { value: "money", label: w("unit.money") },
        ]}
        value={unit}
        onChange={(chosen) => setUnit(chosen ?? "messages")}
      />
      <NumberInput label={w("most")} min={0} max={1e12} thousandSeparator="," value={most} onChange={setMost} required withAsterisk={false} />
      <Button type="submit" mt={24} loading={set.isPending} disabled={most === ""}>
        {w("setBudget")}
      </Button>
      {set.error ? <Failed error={set.error} small /> : null}
    </form>
  );
}
