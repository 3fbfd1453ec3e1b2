import { Definition } from "@/components/figure";
import { useReasons } from "@/components/reasons";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** Who did not get it, by reason: held back by our own rules, or failed. */
export function NotSent({ suppressed, failed }: { suppressed: Record<string, number>; failed: Record<string, number> }) {
  const w = useWords();
  return (
    <div className={styles["halves"]}>
      <Reasons title={w("suppressed")} what={w("suppressed.what")} of={suppressed} />
      <Reasons title={w("failed")} what={w("failed.what")} of={failed} />
    </div>
  );
}

function Reasons({ title, what, of }: { title: string; what: string; of: Record<string, number> }) {
  const w = useWords();
  const reason = useReasons();
  const format = useFormat();
  const rows = Object.entries(of).sort(([, a], [, b]) => b - a);
  const most = rows[0]?.[1] ?? 1;
  return (
    <section>
      <h3 className={styles["small"]}>
        {title} <Definition what={title}>{what}</Definition>
      </h3>
      {rows.length ? (
        <dl className={styles["bars"]}>
          {rows.map(([why, people]) => (
            <div key={why}>
              <dt>{reason(why)}</dt>
              <dd>
                <span className={styles["bar"]} style={{ inlineSize: `${(100 * people) / most}%` }} aria-hidden />
                {format.number(people)}
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={styles["note"]}>{w("nobody")}</p>
      )}
    </section>
  );
}
