import { Button } from "@mantine/core";
import { Download } from "lucide-react";
import { Figure } from "@/components/figure";
import type { Report } from "@/features/imports/imports";
import styles from "@/features/imports/imports.module.css";
import { useCodes, useWords } from "@/features/imports/words";
import { useFormat } from "@/lib/format";

/** What became of the rows: how many were taken, how many refused and why, and the first of these with values hidden. */
export function Outcome({ report, importId }: { report: Report; importId: string }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const reasons = Object.entries(report.reasons);
  return (
    <div className={styles["stack"]}>
      <div className={styles["figures"]}>
        <Figure label={w("read")} value={format.number(report.rows_read)} />
        <Figure label={w("taken")} value={format.number(report.rows_taken)} definition={w("taken.what")} />
        <Figure label={w("refused")} value={format.number(report.rows_refused)} definition={w("refused.what")} />
      </div>
      {reasons.length ? (
        <ul className={styles["plain"]}>
          {reasons.map(([reason, count]) => (
            <li key={reason}>
              {code("reason", reason)} <span className={styles["soft"]}>{w("rows", { count })}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {report.rows_refused && importId ? (
        <div>
          <Button component="a" href={`/api/imports/${importId}/rejects`} download variant="default" size="compact-sm" leftSection={<Download size={14} aria-hidden />}>
            {w("rejects")}
          </Button>
        </div>
      ) : null}
      {report.columns_unused.length ? (
        <p className={styles["soft"]}>
          {w("unused")} <span data-data>{report.columns_unused.join("、")}</span>
        </p>
      ) : null}
    </div>
  );
}
