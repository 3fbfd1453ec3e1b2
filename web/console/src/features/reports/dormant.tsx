import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { AsOf, Figure } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Export } from "@/components/export";
import { useDormant } from "@/features/reports/reports";
import styles from "@/features/reports/reports.module.css";
import { useWords } from "@/features/reports/words";
import { useFormat } from "@/lib/format";

const SPANS = ["30", "90", "180"] as const;

/** Friends who only cost: they got messages and did nothing at all. */
export function Dormant({ account }: { account: string }) {
  const w = useWords();
  const format = useFormat();
  const [days, setDays] = useState("90");
  const found = useDormant(account, Number(days));
  const share = found.data?.written_to ? found.data.people / found.data.written_to : null;
  return (
    <Panel
      title={w("dormant")}
      aside={
        found.data ? (
          <>
            <AsOf at={found.data.as_of} />
            <Export
              name="dormant"
              head={[w("name"), w("count")]}
              rows={[
                [w("dormant.people"), found.data.people],
                [w("dormant.messages"), found.data.messages],
                [w("dormant.money"), found.data.money],
              ]}
            />
          </>
        ) : null
      }
    >
      <SegmentedControl
        size="xs"
        mb={14}
        aria-label={w("dormant.span")}
        data={SPANS.map((span) => ({ value: span, label: w("dormant.days", { count: Number(span) }) }))}
        value={days}
        onChange={setDays}
      />
      {found.data ? (
        <div className={styles["figures"]}>
          <Figure
            label={w("dormant.people")}
            definition={w("dormant.people.what")}
            value={format.number(found.data.people)}
            note={share === null ? null : w("dormant.share", { share: format.percent(share) })}
          />
          <Figure label={w("dormant.messages")} definition={w("dormant.messages.what")} value={format.number(found.data.messages)} />
          <Figure label={w("dormant.money")} definition={w("dormant.money.what")} value={format.money(found.data.money, found.data.currency)} />
        </div>
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} small />
      ) : (
        <Waiting rows={2} />
      )}
    </Panel>
  );
}
