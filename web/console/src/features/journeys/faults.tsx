import { CircleAlert } from "lucide-react";
import { useSaid } from "@/api/sentences/said";
import styles from "@/features/journeys/form.module.css";
import type { DraftProblem } from "@/features/journeys/journeys";
import { codeOf } from "@/features/journeys/problems";
import { useCodes } from "@/features/journeys/words";

/** What is wrong, in words, with the exact sentence of the check beneath. */
export function Faults({ of }: { of: readonly DraftProblem[] }) {
  const code = useCodes();
  const said = useSaid();
  if (of.length === 0) return null;
  return (
    <ul className={styles["faults"]}>
      {of.map((one) => (
        <li key={one.field + one.message}>
          <CircleAlert size={14} aria-hidden />
          <div>
            {code("problem", codeOf(one.message))}
            <p className={styles["faint"]}>{said(one.message, one.way_out)}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
