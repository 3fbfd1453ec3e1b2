import { AsOf, Definition } from "@/components/figure";
import { Export } from "@/components/export";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { type Cohort, useCohorts } from "@/features/reports/reports";
import styles from "@/features/reports/reports.module.css";
import { useWords } from "@/features/reports/words";
import { present, useFormat } from "@/lib/format";

/** Who comes back: a row for the month of the first order, and a cell for each month after it. */
export function Cohorts() {
  const w = useWords();
  const cohorts = useCohorts();
  const rows = cohorts.data?.cohorts ?? [];
  const most = Math.max(0, ...rows.flatMap(({ months }) => months.map(({ later }) => later)));
  const columns = Array.from({ length: most }, (_, at) => at + 1);
  return (
    <Panel
      title={w("cohorts")}
      aside={
        cohorts.data ? (
          <>
            <AsOf at={cohorts.data.as_of} />
            <Export
              name="cohorts"
              head={[w("cohorts.month"), w("people"), ...columns.map((later) => w("cohorts.later", { later }))]}
              rows={rows.map((row) => [row.month.slice(0, 7), row.people, ...columns.map((later) => back(row, later))])}
            />
          </>
        ) : null
      }
    >
      <p className={styles["soft"]}>{w("cohorts.why")}</p>
      {cohorts.data ? (
        rows.length ? (
          <table className={`${table["table"]} ${table["bare"]} ${styles["months"]}`}>
            <thead>
              <tr>
                <th scope="col">{w("cohorts.month")}</th>
                <th scope="col" className={table["number"]}>
                  {w("cohorts.first")} <Definition what={w("cohorts.first")}>{w("cohorts.first.what")}</Definition>
                </th>
                {columns.map((later) => (
                  <th key={later} scope="col" className={table["number"]}>
                    {w("cohorts.later", { later })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.month} of={row} columns={columns} />
              ))}
            </tbody>
          </table>
        ) : (
          <p className={styles["soft"]}>{w("cohorts.none")}</p>
        )
      ) : cohorts.error ? (
        <Failed error={cohorts.error} retry={() => void cohorts.refetch()} small />
      ) : (
        <Waiting rows={4} />
      )}
    </Panel>
  );
}

/** How many of a cohort bought in a month after their first, or null for a month that is still to come. */
function back(row: Cohort, later: number, now = present()): number | null {
  const [year = 0, month = 1] = row.month.split("-").map(Number);
  if (new Date(year, month - 1 + later, 1) > now) return null;
  return row.months.find((one) => one.later === later)?.people ?? 0;
}

function Row({ of, columns }: { of: Cohort; columns: number[] }) {
  const w = useWords();
  const format = useFormat();
  return (
    <tr>
      <th scope="row">{of.month.slice(0, 7).replace("-", "/")}</th>
      <td className={table["number"]}>{format.number(of.people)}</td>
      {columns.map((later) => {
        const people = back(of, later);
        const share = people === null ? 0 : people / of.people;
        return (
          <td
            key={later}
            className={table["number"]}
            style={{ background: share ? `color-mix(in srgb, var(--accent) ${Math.round(6 + 20 * share)}%, transparent)` : undefined }}
            title={people === null ? undefined : w("cohorts.back", { people: format.number(people) })}
          >
            {people === null ? "" : format.percent(share)}
          </td>
        );
      })}
    </tr>
  );
}
