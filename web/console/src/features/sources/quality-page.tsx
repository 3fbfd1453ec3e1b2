import { Button } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { AsOf } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords } from "@/features/sources/quality-words";
import { useCodes as useReasons } from "@/features/sources/reasons";
import { type Pile, type Quality, usePiles } from "@/features/sources/rejects";
import { Rejects } from "@/features/sources/rejects-panel";
import styles from "@/features/sources/sources.module.css";
import { useFormat } from "@/lib/format";

export function QualityPage() {
  const w = useWords();
  const piles = usePiles();
  const [open, setOpen] = useState<Pile | null>(null);
  return (
    <Page title={w("title")} lead={w("lead")}>
      {open ? (
        <Rejects pile={open} close={() => setOpen(null)} />
      ) : piles.data?.piles.length ? (
        <Piles of={piles.data} look={setOpen} />
      ) : piles.data ? (
        <Blank icon={CircleCheck} title={w("none")}>
          {w("noneWhy")}
        </Blank>
      ) : piles.error ? (
        <Failed error={piles.error} retry={() => void piles.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function Piles({ of, look }: { of: Quality; look: (pile: Pile) => void }) {
  const w = useWords();
  const reason = useReasons();
  const format = useFormat();
  return (
    <Panel title={w("piles")} aside={<AsOf at={of.as_of} />}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">{w("source")}</th>
            <th scope="col">{w("reason")}</th>
            <th scope="col">{w("count")}</th>
            <th scope="col">{w("last")}</th>
            <th scope="col" aria-label={w("open")} />
          </tr>
        </thead>
        <tbody>
          {of.piles.map((pile) => (
            <tr key={`${pile.source} ${pile.stage} ${pile.reason}`}>
              <td data-data>{pile.source || w("unknown")}</td>
              <td>{reason("why", pile.reason)}</td>
              <td>{format.number(pile.items)}</td>
              <td className={styles["soft"]}>{format.ago(pile.last_at)}</td>
              <td className={styles["end"]}>
                <Button variant="default" size="compact-sm" onClick={() => look(pile)}>
                  {w("open")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.suggestions ? <p className={styles["soft"]}>{w("suggestions", { count: of.suggestions })}</p> : null}
    </Panel>
  );
}
