import { Select } from "@mantine/core";
import { useState } from "react";
import { useSegments } from "@/api/segments";
import { AsOf } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import styles from "@/features/segments/segment-page.module.css";
import { type Overlap as Counted, type Segment, useOverlap } from "@/features/segments/segments";
import { useWords } from "@/features/segments/words";
import { useFormat } from "@/lib/format";

/** How many are in two segments at once: before one writes to both. */
export function Overlap({ segment }: { segment: Segment }) {
  const w = useWords();
  const [other, setOther] = useState("");
  const segments = useSegments().data?.segments ?? [];
  const others = segments.filter(({ key }) => key !== segment.key);
  const overlap = useOverlap(segment.key, other);
  if (others.length === 0) return null;
  const name = others.find(({ key }) => key === other)?.name ?? other;
  return (
    <Panel title={w("overlap")}>
      <Select
        aria-label={w("overlapWith")}
        placeholder={w("overlapWith")}
        searchable
        data={others.map((one) => ({ value: one.key, label: one.name }))}
        value={other || null}
        onChange={(key) => setOther(key ?? "")}
        data-data
      />
      {overlap.data ? (
        <Bars counted={overlap.data} one={segment.key} names={[segment.name, name]} />
      ) : overlap.error ? (
        <Failed error={overlap.error} small />
      ) : other ? (
        <Waiting rows={2} height={20} />
      ) : null}
    </Panel>
  );
}

function Bars({ counted, one, names }: { counted: Counted; one: string; names: [string, string] }) {
  const w = useWords();
  const format = useFormat();
  const both = counted.pairs[0]?.count ?? 0;
  const mine = (counted.segments.find(({ key }) => key === one)?.count ?? 0) - both;
  const theirs = (counted.segments.find(({ key }) => key !== one)?.count ?? 0) - both;
  const whole = Math.max(1, mine + both + theirs);
  const width = (count: number) => ({ width: `${(100 * count) / whole}%` });
  return (
    <div className={styles["venn"]}>
      <div className={styles["bars"]} aria-hidden>
        <div className={styles["one"]} style={width(mine)} />
        <div className={styles["both"]} style={width(both)} />
        <div className={styles["other"]} style={width(theirs)} />
      </div>
      <ul className={styles["plain"]}>
        <li>
          <span data-data>{w("overlapOnly", { name: names[0] })}</span>
          <strong>{format.number(mine)}</strong>
        </li>
        <li>
          <span>{w("overlapBoth")}</span>
          <strong>{format.number(both)}</strong>
        </li>
        <li>
          <span data-data>{w("overlapOnly", { name: names[1] })}</span>
          <strong>{format.number(theirs)}</strong>
        </li>
      </ul>
      <AsOf at={counted.as_of} />
    </div>
  );
}
