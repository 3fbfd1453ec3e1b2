import { useAccountNames } from "@/api/names";
import { useSegmentNames } from "@/api/segments";
import type { Condition } from "@/components/condition/condition";
import { useDescribe } from "@/components/condition/describe";
import { useWords as useGrammar } from "@/components/condition/words";
import { AsOf, Definition } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import styles from "@/features/segments/builder.module.css";
import { type Counts, useCounts, useDifference } from "@/features/segments/segments";
import { useCodes, useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

interface LiveCountsProps {
  condition: Condition | null;
  /** The segment that would be changed; "" for a new one. */
  segment: string;
  /** Whether the form has moved on since these counts were asked for. */
  behind: boolean;
}

/** The exact number while it is typed, what each part leaves over, whom each channel reaches, what saving would move. */
export function LiveCounts({ condition, segment, behind }: LiveCountsProps) {
  const w = useWords();
  const format = useFormat();
  const counts = useCounts(condition);
  const shown = condition ? counts.data : undefined;
  const stale = behind || counts.isFetching;
  const last = shown?.steps[shown.steps.length - 1]?.remain;
  return (
    <div className={styles["counts"]}>
      <Panel title={w("exact")} aside={shown ? <AsOf at={shown.as_of} /> : null}>
        {counts.error && condition ? (
          <Failed error={counts.error} retry={() => void counts.refetch()} small />
        ) : last === undefined ? (
          <p className={styles["note"]}>{condition ? w("counting") : w("waiting")}</p>
        ) : (
          <output className={`${styles["big"]} ${stale ? styles["stale"] : ""}`} aria-live="polite" aria-busy={stale}>
            {format.number(last)}
          </output>
        )}
      </Panel>
      {shown && segment ? <Moves segment={segment} condition={condition} /> : null}
      {shown ? <Reach counts={shown} /> : null}
      {shown && shown.steps.length > 1 ? <Funnel counts={shown} /> : null}
    </div>
  );
}

function Moves({ segment, condition }: { segment: string; condition: Condition | null }) {
  const w = useWords();
  const format = useFormat();
  const { data } = useDifference(segment, condition);
  if (!data) return null;
  return (
    <Panel title={w("difference")}>
      <ul className={styles["list"]}>
        <li className={styles["move"]}>
          {w("enters")}
          <strong>+{format.number(data.in)}</strong>
        </li>
        <li className={styles["move"]}>
          {w("leaves")}
          <strong>−{format.number(data.out)}</strong>
        </li>
        <li className={styles["move"]}>
          {w("stays")}
          <span>{format.number(data.stay)}</span>
        </li>
      </ul>
    </Panel>
  );
}

function Reach({ counts }: { counts: Counts }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const names = useAccountNames();
  return (
    <Panel title={w("reach")} aside={<Definition what={w("reach")}>{w("reachWhy")}</Definition>}>
      <ul className={styles["list"]}>
        {[...counts.reachable].reverse().map(({ channel, account, count }) => (
          <li key={channel + (account ?? "")} className={styles["move"]}>
            <span>
              {code("reach", channel)}
              {account ? <span data-data> · {names[account] ?? account}</span> : null}
            </span>
            <strong>{format.number(count)}</strong>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Funnel({ counts }: { counts: Counts }) {
  const w = useWords();
  const grammar = useGrammar();
  const describe = useDescribe(useSegmentNames());
  const format = useFormat();
  const most = Math.max(1, ...counts.steps.map(({ remain }) => remain));

  function said(condition: Condition): string {
    if (condition.not) return `${grammar("exclude")}：${said(condition.not)}`;
    if (condition.any) return condition.any.map(said).join(` ${grammar("or")} `);
    if (condition.all) return condition.all.map(said).join(` ${grammar("and")} `);
    return describe(condition);
  }

  return (
    <Panel title={w("funnel")}>
      <ol className={styles["list"]}>
        {counts.steps.map(({ condition, remain }, at) => (
          <li key={at} className={styles["step"]}>
            <span data-data>{said(condition)}</span>
            <strong>{format.number(remain)}</strong>
            <div className={styles["bar"]}>
              <div style={{ width: `${(100 * remain) / most}%` }} />
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
