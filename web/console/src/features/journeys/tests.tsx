import { FlaskConical } from "lucide-react";
import { Mark } from "@/components/mark";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { type Journey, useExperiments } from "@/features/journeys/journeys";
import { useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

/** How the arms of tests and holdouts have done. */
export function Tests({ journey }: { journey: Journey }) {
  const w = useWords();
  const format = useFormat();
  const found = useExperiments(journey.key);
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Waiting rows={4} />;
  if (found.data.arms.length === 0)
    return (
      <Blank icon={FlaskConical} title={w("noTests")}>
        {w("noTestsWhy")}
      </Blank>
    );
  const named = (arm: string) => ({ treated: w("armIncluded"), held_out: w("armHeldOut") })[arm] ?? arm;
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("step")}</th>
          <th scope="col">{w("arm")}</th>
          <th scope="col" className={table["number"]}>{w("running")}</th>
          <th scope="col" className={table["number"]}>{w("goals")}</th>
          <th scope="col" className={table["number"]}>{w("rate")}</th>
          <th scope="col" className={table["number"]}>{w("clicks")}</th>
        </tr>
      </thead>
      <tbody>
        {found.data.arms.map((one) => (
          <tr key={`${one.version}/${one.step}/${one.arm}`}>
            <td>
              <span data-data>{one.step}</span> · {w("version", { number: one.version })}
            </td>
            <td>
              <span data-data>{named(one.arm)}</span> {one.won ? <Mark tone="good">{w("won")}</Mark> : null}
            </td>
            <td className={table["number"]}>{format.number(one.people)}</td>
            <td className={table["number"]}>{format.number(one.goals)}</td>
            <td className={table["number"]}>{one.people ? format.percent(one.goals / one.people) : "–"}</td>
            <td className={table["number"]}>{format.number(one.clicks)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
