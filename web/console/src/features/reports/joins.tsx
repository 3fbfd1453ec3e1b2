import { type FunnelRow, steps, STEPS, type useJoinFunnel } from "@/api/funnel";
import { AsOf, Definition } from "@/components/figure";
import { Funnel } from "@/components/funnel";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { Export } from "@/components/export";
import styles from "@/features/reports/reports.module.css";
import { useWords } from "@/features/reports/words";
import { useFormat } from "@/lib/format";

type Asked = ReturnType<typeof useJoinFunnel>;

/** How far friends get on the way to being members who buy. */
export function Whole({ funnel }: { funnel: Asked }) {
  const w = useWords();
  const rows = funnel.data?.funnel ?? [];
  const counts = steps(rows);
  const shown = STEPS.map((step) => ({ name: w(`step.${step}`), what: w(`step.${step}.what`), count: counts[step] }));
  return (
    <Panel
      title={w("funnel")}
      aside={
        funnel.data ? (
          <>
            <AsOf at={funnel.data.as_of} />
            <Export name="funnel" head={[w("funnel.step"), w("people")]} rows={shown.map(({ name, count }) => [name, count])} />
          </>
        ) : null
      }
    >
      {funnel.data ? (
        rows.length ? (
          <Funnel steps={shown} />
        ) : (
          <p className={styles["soft"]}>{w("joins.none")}</p>
        )
      ) : funnel.error ? (
        <Failed error={funnel.error} retry={() => void funnel.refetch()} small />
      ) : (
        <Waiting rows={5} height={22} />
      )}
    </Panel>
  );
}

/** The same by the way they came: store, staff, poster. */
export function JoinSources({ funnel }: { funnel: Asked }) {
  const w = useWords();
  const rows = funnel.data?.funnel ?? [];
  const head = [w("source"), w("store"), w("staff"), ...STEPS.map((step) => w(`step.${step}`))];
  return (
    <Panel
      title={w("joins")}
      aside={
        funnel.data ? (
          <>
            <AsOf at={funnel.data.as_of} />
            <Export name="join-sources" head={head} rows={rows.map((row) => [row.source, row.store, row.staff, ...counted(row)])} />
          </>
        ) : null
      }
    >
      {funnel.data ? (
        rows.length ? (
          <table className={`${table["table"]} ${table["bare"]}`}>
            <thead>
              <tr>
                <th scope="col">{w("source")}</th>
                <th scope="col">{w("store")}</th>
                {STEPS.map((step) => (
                  <th key={step} scope="col" className={table["number"]}>
                    {w(`step.${step}`)} <Definition what={w(`step.${step}`)}>{w(`step.${step}.what`)}</Definition>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.source} ${row.store} ${row.staff}`} row={row} />
              ))}
            </tbody>
          </table>
        ) : (
          <p className={styles["soft"]}>{w("joins.none")}</p>
        )
      ) : funnel.error ? (
        <Failed error={funnel.error} retry={() => void funnel.refetch()} small />
      ) : (
        <Waiting rows={3} />
      )}
    </Panel>
  );
}

function counted(row: FunnelRow): number[] {
  const counts = steps([row]);
  return STEPS.map((step) => counts[step]);
}

function Row({ row }: { row: FunnelRow }) {
  const format = useFormat();
  return (
    <tr>
      <td data-data>{row.source}</td>
      <td data-data>{[row.store, row.staff].filter(Boolean).join(" · ")}</td>
      {counted(row).map((count, at) => (
        <td key={at} className={table["number"]}>
          {format.number(count)}
        </td>
      ))}
    </tr>
  );
}
