import { useNames } from "@/components/names";
import type { Trait } from "@/features/traits/traits";
import { useCodes, useWords } from "@/features/traits/words";

interface Measured {
  event?: unknown;
  window?: { last?: unknown };
  measure?: { fn?: unknown; property?: unknown };
}

/** What a trait is, in a sentence. */
export function useSaid(): (trait: Trait) => string {
  const w = useWords();
  const code = useCodes();
  const names = useNames();
  return ({ definition, model }) => {
    if (model) return w("saidModel", { name: model.model.toUpperCase() });
    const said = definition as Measured;
    if (typeof said.event !== "string") return w("saidClasses");
    const fn = typeof said.measure?.fn === "string" ? said.measure.fn : "count";
    const property = typeof said.measure?.property === "string" ? said.measure.property : "";
    const days = /^P(\d+)D$/.exec(typeof said.window?.last === "string" ? said.window.last : "")?.[1];
    const span = days ? w("lastDays", { count: Number(days) }) : w("everSince");
    return `${span} · ${names.event(said.event)} · ${code("fn", fn)}${property ? ` (${names.property(property)})` : ""}`;
  };
}
