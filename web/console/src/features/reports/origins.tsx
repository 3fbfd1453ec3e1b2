import { AsOf, Definition } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { Export } from "@/components/export";
import { Lift } from "@/features/reports/lift";
import { useOriginNames } from "@/api/names";
import { type OriginRow, originRows, useAttribution, useSavings } from "@/features/reports/reports";
import styles from "@/features/reports/reports.module.css";
import { useCodes, useWords } from "@/features/reports/words";
import { useFormat } from "@/lib/format";

const COLUMNS = ["messages", "orders", "buyers", "value"] as const;

/** Broadcasts and journeys: what they sent, what came by them, and what would have come anyway. */
export function Origins({ account, cost }: { account: string; cost: boolean }) {
  const w = useWords();
  const code = useCodes();
  const names = useOriginNames();
  const attribution = useAttribution();
  const savings = useSavings(cost ? account : "");
  const rows = originRows(cost ? savings.data : undefined, attribution.data);
  const nameOf = (origin: string) => names[origin] ?? origin.slice(origin.indexOf(":") + 1);
  const kindOf = (origin: string) => code("origin", origin.slice(0, Math.max(0, origin.indexOf(":"))));
  return (
    <Panel
      title={w("origins")}
      aside={
        attribution.data ? (
          <>
            <AsOf at={attribution.data.as_of} />
            <Export
              name="messages"
              head={[w("kind"), w("name"), ...COLUMNS.map((column) => w(column))]}
              rows={rows.map((row) => [kindOf(row.origin), nameOf(row.origin), row.messages, row.orders, row.people, row.value])}
            />
          </>
        ) : null
      }
    >
      {attribution.data ? (
        rows.length ? (
          <table className={`${table["table"]} ${table["bare"]}`}>
            <thead>
              <tr>
                <th scope="col">{w("name")}</th>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className={table["number"]}>
                    {w(column)} <Definition what={w(column)}>{w(`${column}.what`)}</Definition>
                  </th>
                ))}
                <th scope="col">
                  {w("lift")} <Definition what={w("lift")}>{w("lift.what")}</Definition>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.origin} row={row} kind={kindOf(row.origin)} name={nameOf(row.origin)} />
              ))}
            </tbody>
          </table>
        ) : (
          <p className={styles["soft"]}>{w("origins.none")}</p>
        )
      ) : attribution.error ? (
        <Failed error={attribution.error} retry={() => void attribution.refetch()} small />
      ) : (
        <Waiting rows={4} />
      )}
    </Panel>
  );
}

function Row({ row, kind, name }: { row: OriginRow; kind: string; name: string }) {
  const format = useFormat();
  const journey = row.origin.startsWith("journey:") ? row.origin.slice("journey:".length) : "";
  return (
    <tr>
      <td>
        <span data-data>{name}</span>
        <div className={styles["soft"]}>{kind}</div>
      </td>
      <td className={table["number"]}>{format.number(row.messages)}</td>
      <td className={table["number"]}>{format.number(row.orders)}</td>
      <td className={table["number"]}>{format.number(row.people)}</td>
      <td className={table["number"]}>{format.money(row.value)}</td>
      <td>{journey ? <Lift journey={journey} /> : "–"}</td>
    </tr>
  );
}
