import { Panel } from "@/components/page";
import form from "@/features/journeys/form.module.css";
import type { Journey } from "@/features/journeys/journeys";
import { useCodes, useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

type Said = Journey["line"][string];
const FIGURES = ["seen", "clicked", "played"] as const;

/** What LINE says of the messages of a step: a number, that it is fewer than 20, or that it was not asked yet. */
export function AtLine({ of }: { of: Said }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <Panel title={w("atLine")}>
      <ul className={form["lines"]}>
        {FIGURES.map((name) => {
          const { value, state } = of[name];
          return (
            <li key={name}>
              <span>{code("atLine", name)}</span>
              <strong>{value === null ? code("atLine", state) : format.number(value)}</strong>
            </li>
          );
        })}
      </ul>
      <p className={form["faint"]}>
        {w("atLineWhy")} {of.asked_at ? w("atLineAsked", { when: format.ago(of.asked_at) }) : null}
      </p>
    </Panel>
  );
}
