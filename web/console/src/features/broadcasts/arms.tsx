import { Mark } from "@/components/mark";
import table from "@/components/table.module.css";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useShown } from "@/features/broadcasts/report";
import { type Arm, measures } from "@/features/broadcasts/results";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** The versions beside each other; of a trial, the one that won. */
export function Arms({ arms, winner, currency }: { arms: Arm[]; winner: string; currency: string }) {
  const w = useWords();
  const format = useFormat();
  const shown = useShown(currency);
  const [first] = arms;
  return (
    <div className={styles["scrolls"]} data-scrolls>
      <table className={`${table["table"]} ${table["bare"]}`}>
        <thead>
          <tr>
            <th scope="col">{w("variants")}</th>
            {(first ? measures(first) : []).map(({ name }) => (
              <th key={name} scope="col" className={table["number"]}>
                {w(`of.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.arm}>
              <th scope="row">
                <span data-data>{arm.arm}</span> {arm.arm === winner ? <Mark tone="good">{w("winner")}</Mark> : null}
              </th>
              {measures(arm).map((one) => (
                <td key={one.name} className={table["number"]}>
                  {shown(one)}
                  {one.share === null ? null : <div className={styles["note"]}>{format.percent(one.share)}</div>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
