import { AsOf, Figure } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Export } from "@/components/export";
import { type Savings as Saved, useSavings } from "@/features/reports/reports";
import styles from "@/features/reports/reports.module.css";
import { useWords } from "@/features/reports/words";
import { useFormat } from "@/lib/format";

/** What the month cost, and what aiming saved. */
export function Savings({ account }: { account: string }) {
  const w = useWords();
  const savings = useSavings(account);
  return (
    <Panel
      title={w("cost")}
      aside={
        savings.data ? (
          <>
            <AsOf at={savings.data.as_of} />
            <Export name="cost" head={[w("name"), w("count")]} rows={figures(savings.data).map(([name, value]) => [w(name), value])} />
          </>
        ) : null
      }
    >
      {savings.data ? (
        <Figures of={savings.data} />
      ) : savings.error ? (
        <Failed error={savings.error} retry={() => void savings.refetch()} small />
      ) : (
        <Waiting rows={3} />
      )}
    </Panel>
  );
}

function figures(of: Saved) {
  return [
    ["cost.messages", of.messages],
    ["cost.money", of.money],
    ["cost.toAll", of.money_to_all],
    ["cost.saved", of.saved],
    ["cost.replies", of.replies],
    ["cost.savedByReplies", of.saved_by_replies],
  ] as const;
}

function Figures({ of }: { of: Saved }) {
  const w = useWords();
  const format = useFormat();
  const counts = new Set(["cost.messages", "cost.replies"]);
  return (
    <>
      <p className={styles["soft"]}>{w("cost.month", { month: of.month })}</p>
      <div className={styles["figures"]}>
        {figures(of).map(([name, value]) => (
          <Figure key={name} label={w(name)} definition={w(`${name}.what`)} value={counts.has(name) ? format.number(value) : format.money(value, of.currency)} />
        ))}
      </div>
    </>
  );
}
