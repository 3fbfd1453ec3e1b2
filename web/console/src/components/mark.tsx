import type { ReactNode } from "react";
import styles from "@/components/mark.module.css";

export type Tone = "plain" | "line" | "accent" | "good" | "warn" | "bad";

/** A small word about a thing: its state, its kind. */
export function Mark({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles["mark"]} ${styles[tone] ?? ""}`}>{children}</span>;
}
