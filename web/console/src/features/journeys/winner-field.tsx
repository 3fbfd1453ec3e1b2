import { NumberInput, Select, Switch } from "@mantine/core";
import { DurationField } from "@/features/journeys/duration-field";
import styles from "@/features/journeys/form.module.css";
import { useCodes, useWords } from "@/features/journeys/words";

interface Winner {
  by: string;
  after: string;
  people: number;
}

interface WinnerFieldProps {
  label: string;
  value: unknown;
  change: (winner: Winner | undefined) => void;
  error?: string | undefined;
}

/** When a test ends, and by what it is decided; without it, it never ends. */
export function WinnerField({ label, value, change, error }: WinnerFieldProps) {
  const w = useWords();
  const code = useCodes();
  const winner = value as Winner | undefined;
  return (
    <div className={styles["stack"]}>
      <Switch
        label={label}
        error={error}
        checked={winner !== undefined}
        onChange={(event) => change(event.currentTarget.checked ? { by: "goal", after: "P7D", people: 200 } : undefined)}
      />
      {winner ? (
        <>
          <Select
            label={w("winnerBy")}
            data={["goal", "click"].map((one) => ({ value: one, label: code("choice", one) }))}
            value={winner.by}
            onChange={(by) => change({ ...winner, by: by ?? "goal" })}
          />
          <DurationField
            label={w("winnerAfter")}
            value={winner.after}
            required
            change={(after) => change({ ...winner, after: after ?? winner.after })}
          />
          <NumberInput
            label={w("winnerPeople")}
            min={1}
            allowDecimal={false}
            value={winner.people}
            onChange={(people) => change({ ...winner, people: Number(people) })}
          />
        </>
      ) : null}
    </div>
  );
}
