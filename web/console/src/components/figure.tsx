import { Tooltip } from "@mantine/core";
import { CircleHelp } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/components/figure.module.css";
import { useWords } from "@/components/words";
import { useFormat } from "@/lib/format";

interface FigureProps {
  label: string;
  /** null: not computed yet. undefined: could not be read. Neither is zero. */
  value: string | null | undefined;
  definition?: string;
  note?: ReactNode;
}

/** One number with its name, what it means, and what it is as of. */
export function Figure({ label, value, definition, note }: FigureProps) {
  const w = useWords();
  return (
    <div className={styles["figure"]}>
      <div className={styles["label"]}>
        {label}
        {definition ? <Definition what={label}>{definition}</Definition> : null}
      </div>
      {typeof value === "string" ? (
        <div className={styles["value"]}>{value}</div>
      ) : (
        <div className={styles["absent"]}>{value === null ? w("notComputed") : w("unreadable")}</div>
      )}
      {note ? <div className={styles["note"]}>{note}</div> : null}
    </div>
  );
}

export function Definition({ what, children }: { what: string; children: string }) {
  const w = useWords();
  return (
    <Tooltip label={children}>
      <button type="button" className={styles["help"]} aria-label={w("definition", { what })}>
        <CircleHelp size={13} aria-hidden />
      </button>
    </Tooltip>
  );
}

/** The moment a number is from: every number has one. */
export function AsOf({ at }: { at: string }) {
  const w = useWords();
  const format = useFormat();
  return (
    <Tooltip label={format.moment(at)}>
      <time className={styles["note"]} dateTime={at}>
        {w("asOf", { when: format.time(at) })}
      </time>
    </Tooltip>
  );
}
