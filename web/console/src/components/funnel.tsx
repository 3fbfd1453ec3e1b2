import { Definition } from "@/components/figure";
import styles from "@/components/funnel.module.css";
import { useFormat } from "@/lib/format";

interface Props {
  /** From the widest to the narrowest; each has what it means. */
  steps: { name: string; what: string; count: number }[];
}

/** How many are left at each step: a bar for each, with the share of the first. */
export function Funnel({ steps }: Props) {
  const format = useFormat();
  const first = steps[0]?.count ?? 0;
  return (
    <ol className={styles["funnel"]}>
      {steps.map(({ name, what, count }) => {
        const share = first ? count / first : 0;
        return (
          <li key={name} className={styles["step"]}>
            <span className={styles["name"]}>
              {name}
              <Definition what={name}>{what}</Definition>
            </span>
            <span className={styles["track"]} aria-hidden>
              <span className={styles["bar"]} style={{ width: `${Math.max(share * 100, count ? 0.8 : 0)}%` }} />
            </span>
            <span className={styles["count"]}>{format.number(count)}</span>
            <span className={styles["share"]}>{first ? format.percent(share) : "–"}</span>
          </li>
        );
      })}
    </ol>
  );
}
