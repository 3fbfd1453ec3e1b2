import styles from "@/features/traits/traits.module.css";
import { useWords } from "@/features/traits/words";
import { useFormat } from "@/lib/format";

export interface Bar {
  label: string;
  name: string;
  why: string;
  people: number;
}

/** How people spread over classes: a strip for the whole, and a line for each class. */
export function Bars({ of, without, label }: { of: Bar[]; without: number; label: string }) {
  const w = useWords();
  const format = useFormat();
  const all = of.reduce((sum, { people }) => sum + people, 0);
  const most = Math.max(1, ...of.map(({ people }) => people));
  const share = (people: number) => (all ? people / all : 0);
  return (
    <div className={styles["picture"]}>
      <div className={styles["strip"]} role="img" aria-label={`${label}: ${of.map(({ name, people }) => `${name} ${format.percent(share(people))}`).join(", ")}`}>
        {of.map(({ label: one, people }, at) => (people ? <span key={one} style={{ flexGrow: people }} data-step={at} /> : null))}
      </div>
      <dl className={styles["bars"]}>
        {of.map(({ label: one, name, why, people }, at) => (
          <div key={one}>
            <dt>
              <span className={styles["dot"]} data-step={at} aria-hidden /> {name}
              {why ? <span className={styles["soft"]}>{why}</span> : null}
            </dt>
            <dd>
              <span className={styles["bar"]} data-step={at} style={{ inlineSize: `${(60 * people) / most}%` }} aria-hidden />
              <strong>{format.number(people)}</strong>
              <span className={styles["soft"]}>{format.percent(share(people))}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles["soft"]}>{w("without", { count: without })}</p>
    </div>
  );
}
