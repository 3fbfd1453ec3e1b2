import { Alert } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { AsOf } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { bodyOf, type Draft } from "@/features/narrowcasts/draft";
import { type Previewed, usePreview } from "@/features/narrowcasts/narrowcasts";
import styles from "@/features/narrowcasts/narrowcasts.module.css";
import { useCodes, useWords } from "@/features/narrowcasts/words";
import { useFormat } from "@/lib/format";
import { useLanguage } from "@/lib/language";

const TYPING_MS = 250;
/** What it says changes neither whom it reaches nor what it costs, and is not finished yet. */
const STAND_IN = [{ type: "text", text: "…" }];

export function useEstimate(draft: Draft) {
  const [body] = useDebouncedValue(JSON.stringify(bodyOf({ ...draft, messages: STAND_IN })), TYPING_MS);
  return usePreview(JSON.parse(body) as Record<string, unknown>, draft.account !== "");
}

/** How many it reaches at most, what is known of their consent, what it costs, and what stands against it. */
export function Estimate({ draft }: { draft: Draft }) {
  const w = useWords();
  const found = useEstimate(draft);
  return (
    <Panel title={w("estimate")} aside={found.data ? <AsOf at={found.data.as_of} /> : null}>
      {!draft.account ? (
        <p className={styles["note"]}>{w("lack.account")}</p>
      ) : found.data ? (
        <Numbers of={found.data} />
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} small />
      ) : (
        <Waiting rows={4} height={24} />
      )}
    </Panel>
  );
}

function Numbers({ of }: { of: Previewed }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const language = useLanguage();
  const { cost, consent, against } = of;
  return (
    <>
      <dl className={styles["facts"]}>
        <div>
          <dt>{w("friends")}</dt>
          <dd>{format.number(of.friends)}</dd>
        </div>
        <div>
          <dt>{w("atMost")}</dt>
          <dd>{format.number(of.at_most)}</dd>
        </div>
      </dl>
      <p className={styles["price"]}>{format.money(cost.money, cost.currency)}</p>
      <p className={styles["note"]}>
        {w("inside", { inside: cost.inside_plan, beyond: cost.beyond_plan })} · {w("monthMoney", { money: format.money(cost.month_money, cost.currency) })}
      </p>
      <p className={styles["note"]}>{code("consent", consent.state, { count: consent.withdrawn })}</p>
      {against && against.code !== "no_consent" ? (
        <Alert color="yellow" mt={12}>
          {against.text[language] ?? against.code}
        </Alert>
      ) : null}
      {cost.fits ? null : <Alert color="red" mt={12} title={w("noRoom")} />}
      {of.needs_approval ? (
        <Alert color="yellow" mt={12}>
          {w("needsApproval")}
        </Alert>
      ) : null}
    </>
  );
}
