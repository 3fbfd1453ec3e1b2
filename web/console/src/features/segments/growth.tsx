import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { AsOf } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Trend } from "@/components/trend";
import styles from "@/features/segments/segment-page.module.css";
import { type Segment, useGrowth } from "@/features/segments/segments";
import { useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

const SPANS = [30, 90, 365];

/** How many were in a segment day by day, and how many came and went. */
export function Growth({ segment }: { segment: Segment }) {
  const w = useWords();
  const format = useFormat();
  const [span, setSpan] = useState(30);
  const growth = useGrowth(segment.key, span);
  const days = growth.data?.days ?? [];
  const first = days[0];
  const last = days[days.length - 1];
  const sum = (of: "entered" | "exited") => days.reduce((all, day) => all + day[of], 0);
  return (
    <Panel title={w("growth")} aside={growth.data ? <AsOf at={growth.data.as_of} /> : null}>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={w("growth")}
        value={String(span)}
        onChange={(chosen) => setSpan(Number(chosen))}
        data={SPANS.map((days) => ({ value: String(days), label: w("lastDays", { days }) }))}
      />
      {first && last ? (
        <>
          <Trend
            label={w("growthFromTo", { first: format.number(first.members), last: format.number(last.members) })}
            values={days.map(({ members }) => members)}
            first={w("onDay", { day: format.date(first.day), count: format.number(first.members) })}
            last={w("onDay", { day: format.date(last.day), count: format.number(last.members) })}
          />
          <p className={styles["note"]}>
            {w("cameAndWent", { entered: format.number(sum("entered")), exited: format.number(sum("exited")) })}
          </p>
        </>
      ) : growth.error ? (
        <Failed error={growth.error} retry={() => void growth.refetch()} small />
      ) : (
        <Waiting rows={2} height={56} />
      )}
    </Panel>
  );
}
