import { AsOf, Figure } from "@/components/figure";
import { Export } from "@/components/export";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Arms } from "@/features/broadcasts/arms";
import { type Broadcast, stateOf } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { GoOn } from "@/features/broadcasts/go-on";
import { Lift } from "@/features/broadcasts/lift";
import { NotSent } from "@/features/broadcasts/not-sent";
import { HELD_OUT, type Measure, measures, type ReportOf, together, useReport } from "@/features/broadcasts/results";
import { useCodes, useWords } from "@/features/broadcasts/words";
import { useReasons } from "@/components/reasons";
import { useFormat } from "@/lib/format";

/** What came of it: each number with what it means, as of when, and as a file. */
export function Report({ broadcast }: { broadcast: Broadcast }) {
  const w = useWords();
  const report = useReport(broadcast.key, stateOf(broadcast) !== "done");
  return (
    <Panel
      title={w("report")}
      aside={
        report.data ? (
          <>
            <AsOf at={report.data.as_of} />
            <ExportOf of={report.data} name={broadcast.key} />
          </>
        ) : null
      }
    >
      {report.data ? (
        <Whole of={report.data} />
      ) : report.error ? (
        <Failed error={report.error} retry={() => void report.refetch()} small />
      ) : (
        <Waiting rows={4} />
      )}
    </Panel>
  );
}

/** A measure in words: its number, or why there is none. */
export function useShown(currency: string): (measure: Measure) => string {
  const code = useCodes();
  const format = useFormat();
  return ({ value, money }) =>
    value === null
      ? "–"
      : typeof value === "string"
        ? code("line", value)
        : money
          ? format.money(value, currency)
          : format.number(value);
}

function Whole({ of }: { of: ReportOf }) {
  const w = useWords();
  const format = useFormat();
  const shown = useShown(of.currency);
  const all = together(of.arms);
  const told = of.arms.filter(({ arm }) => arm !== HELD_OUT);
  return (
    <div className={styles["stack"]}>
      <div className={styles["figures"]}>
        {measures(all).map((one) => (
          <Figure
            key={one.name}
            label={w(`of.${one.name}`)}
            definition={w(`of.${one.name}.what`, { count: of.window_days })}
            value={shown(one)}
            note={one.share === null ? null : format.percent(one.share)}
          />
        ))}
      </div>
      <GoOn broadcast={of.key} failed={all.failed} />
      <NotSent suppressed={all.suppressed} failed={all.failed} />
      {told.length > 1 ? <Arms arms={told} winner={of.winner} currency={of.currency} /> : null}
      <Lift of={of.lift} currency={of.currency} />
    </div>
  );
}

/** Every number of every arm, and every reason, one in a row. */
function ExportOf({ of, name }: { of: ReportOf; name: string }) {
  const w = useWords();
  const reason = useReasons();
  const rows = of.arms.flatMap((arm) => {
    const called = arm.arm === HELD_OUT ? w("heldOut") : arm.arm;
    return [
      [called, w("of.people"), arm.people],
      ...(arm.arm === HELD_OUT ? [] : measures(arm).map((one) => [called, w(`of.${one.name}`), typeof one.value === "number" ? one.value : null])),
      ...Object.entries(arm.suppressed).map(([why, people]) => [called, `${w("suppressed")}: ${reason(why)}`, people]),
      ...Object.entries(arm.failed).map(([why, people]) => [called, `${w("failed")}: ${reason(why)}`, people]),
    ] as (string | number | null)[][];
  });
  return <Export name={`broadcast-${name}`} head={[w("variants"), w("measure"), w("number")]} rows={rows} />;
}
