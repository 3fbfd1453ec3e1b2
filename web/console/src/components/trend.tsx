import styles from "@/components/trend.module.css";

const WIDTH = 600;
const HEIGHT = 120;

interface Props {
  /** What the picture says, for who does not see it. */
  label: string;
  /** One value for each moment, the oldest first. */
  values: number[];
  first: string;
  last: string;
}

/** How a number went over time, from zero up. */
export function Trend({ label, values, first, last }: Props) {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${(HEIGHT - (value / most) * (HEIGHT - 4)).toFixed(1)}`);
  return (
    <figure style={{ margin: 0 }}>
      <svg
        className={styles["trend"]}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <polygon className={styles["area"]} points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} />
        <polyline className={styles["line"]} points={points.join(" ")} />
      </svg>
      <figcaption className={styles["ends"]}>
        <span>{first}</span>
        <span>{last}</span>
      </figcaption>
    </figure>
  );
}
