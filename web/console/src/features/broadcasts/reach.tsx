import { Alert } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { AsOf, Definition } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { type Previewed, usePreview } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { type Draft, reachOf } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

const TYPING_MS = 250;

export function useReach(draft: Draft) {
  const [body] = useDebouncedValue(JSON.stringify(reachOf(draft)), TYPING_MS);
  return usePreview(JSON.parse(body) as Record<string, unknown>, draft.account !== "");
}

/** From whom was chosen to what is charged, step by step. */
export function Reach({ draft }: { draft: Draft }) {
  const w = useWords();
  const found = useReach(draft);
  return (
    <Panel title={w("reachTitle")} aside={found.data ? <AsOf at={found.data.as_of} /> : null}>
      {draft.account === "" ? (
        <p className={styles["note"]}>{w("lack.account")}</p>
      ) : found.data ? (
        <Steps of={found.data} holdout={draft.holdout} marketing={draft.purpose === "marketing"} />
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} small />
      ) : (
        <Waiting rows={5} height={24} />
      )}
    </Panel>
  );
}

function Steps({ of, holdout, marketing }: { of: Previewed; holdout: number; marketing: boolean }) {
  const w = useWords();
  const format = useFormat();
  const { cost } = of;
  const kept = of.reachable - of.messages;
  const rows = [
    { word: "chosen", value: of.recipients, sign: "" },
    { word: "notFriend", value: of.out.not_friend, sign: "−" },
    ...(marketing ? [{ word: "noConsent", value: of.out.no_consent, sign: "−" } as const] : []),
    ...(holdout ? [{ word: "keptOut", value: kept, sign: "−" } as const] : []),
    { word: "messages", value: of.messages, sign: "=" },
  ] as const;
  return (
    <>
      <dl className={styles["steplist"]}>
        {rows.map(({ word, value, sign }) => (
          <div key={word} className={word === "messages" ? styles["total"] : ""}>
            <dt>
              {w(`reach.${word}`)} <Definition what={w(`reach.${word}`)}>{w(`reach.${word}.what`)}</Definition>
            </dt>
            <dd>
              {sign} {format.number(value)}
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles["price"]}>{format.money(cost.money, cost.currency)}</p>
      <p className={styles["note"]}>
        {cost.beyond_plan > 0
          ? w("costBeyond", { inside: cost.inside_plan, beyond: cost.beyond_plan })
          : w("costInside", { count: of.messages })}{" "}
        {w("costMonth", { money: format.money(cost.month_money, cost.currency) })}
      </p>
      {cost.fits ? null : (
        <Alert color="red" mt={12} title={w("noRoom")}>
          {w("noRoomWhy")}
        </Alert>
      )}
      {of.needs_approval ? (
        <Alert color="yellow" mt={12} title={w("needsApproval")}>
          {w("needsApprovalWhy")}
        </Alert>
      ) : null}
    </>
  );
}
