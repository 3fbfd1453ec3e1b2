import { Button } from "@mantine/core";
import { Plus, QrCode } from "lucide-react";
import { useState } from "react";
import { type FunnelRow, steps, STEPS, useJoinFunnel } from "@/api/funnel";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Funnel } from "@/components/funnel";
import { Mark } from "@/components/mark";
import { PageOfAccount } from "@/components/of-account";
import { Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { JoinForm } from "@/features/line/join-form";
import { JoinLink } from "@/features/line/join-link";
import { type Join, useJoins } from "@/features/line/joins";
import styles from "@/features/line/line.module.css";
import { useWords } from "@/features/line/words";
import { useFormat } from "@/lib/format";

export function JoinsPage() {
  const w = useWords();
  const may = useMay()("line.write");
  const [making, setMaking] = useState<Join | "new" | null>(null);
  return (
    <PageOfAccount
      title={w("joins")}
      lead={w("joins.lead")}
      actions={() =>
        may ? (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking("new")}>
            {w("join.create")}
          </Button>
        ) : null
      }
    >
      {(account) => (
        <>
          <Joins account={account} change={may ? setMaking : null} />
          {making ? <JoinForm account={account} join={making === "new" ? null : making} close={() => setMaking(null)} /> : null}
        </>
      )}
    </PageOfAccount>
  );
}

function Joins({ account, change }: { account: string; change: ((join: Join) => void) | null }) {
  const w = useWords();
  const joins = useJoins(account);
  const funnel = useJoinFunnel(account);
  if (joins.error) return <Failed error={joins.error} retry={() => void joins.refetch()} />;
  if (!joins.data) return <Waiting rows={5} height={56} />;
  const shown = joins.data.join_sources.filter(({ archived_at }) => archived_at === null);
  return (
    <div className={styles["stack"]}>
      <Panel title={w("funnel")} aside={funnel.data ? <AsOf at={funnel.data.as_of} /> : null}>
        {funnel.data ? (
          funnel.data.funnel.length ? (
            <Whole of={funnel.data.funnel} />
          ) : (
            <p className={styles["soft"]}>{w("funnel.none")}</p>
          )
        ) : funnel.error ? (
          <Failed error={funnel.error} retry={() => void funnel.refetch()} small />
        ) : (
          <Waiting rows={4} height={24} />
        )}
      </Panel>
      {shown.length ? (
        <List of={shown} funnel={funnel.data?.funnel ?? []} change={change} />
      ) : (
        <Blank icon={QrCode} title={w("joins.none")}>
          {w("joins.noneWhy")}
        </Blank>
      )}
    </div>
  );
}

function Whole({ of }: { of: FunnelRow[] }) {
  const w = useWords();
  const counts = steps(of);
  return <Funnel steps={STEPS.map((step) => ({ name: w(`step.${step}`), what: w(`step.${step}.what`), count: counts[step] }))} />;
}

function List({ of, funnel, change }: { of: Join[]; funnel: FunnelRow[]; change: ((join: Join) => void) | null }) {
  const w = useWords();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("join.name")}</th>
          <th scope="col" className={table["number"]}>
            {w("join.people")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("join.new")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("step.bound")}
          </th>
          <th scope="col" className={table["number"]}>
            {w("step.ordered")}
          </th>
          <th scope="col">{w("join.link")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((join) => {
          const counts = steps(funnel.filter(({ source }) => source === join.key));
          return (
            <tr key={join.key}>
              <td>
                {change ? (
                  <button type="button" className={styles["textButton"]} onClick={() => change(join)} data-data>
                    {join.name}
                  </button>
                ) : (
                  <span data-data>{join.name}</span>
                )}
                <div className={styles["marks"]}>
                  {[join.store, join.staff, ...join.tags].filter(Boolean).map((word) => (
                    <Mark key={word}>
                      <span data-data>{word}</span>
                    </Mark>
                  ))}
                </div>
              </td>
              <td className={table["number"]}>{format.number(join.people)}</td>
              <td className={table["number"]}>{format.number(join.new_friends)}</td>
              <td className={table["number"]}>{format.number(counts.bound)}</td>
              <td className={table["number"]}>{format.number(counts.ordered)}</td>
              <td>
                <JoinLink join={join} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
