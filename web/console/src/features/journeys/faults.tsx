import { CircleAlert } from "lucide-react";
import styles from "@/features/journeys/form.module.css";
import type { DraftProblem } from "@/features/journeys/journeys";
import { codeOf } from "@/features/journeys/problems";
import { useCodes } from "@/features/journeys/words";

/** What is wrong, in words, with the exact sentence of the check beneath. */
export function Faults({ of }: { of: readonly DraftProblem[] }) {
  const code = useCodes();
  if (of.length === 0) return null;
  return (
    <ul className={styles["faults"]}>
      {of.map((one) => (
        <li key={one.field + one.message}>
          <CircleAlert size={14} aria-hidden />
          <div>
            {code("problem", codeOf(one.message))}
            <p lang="en" className={styles["faint"]}>
              {[one.message, one.way_out].filter(Boolean).join(" ")}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
