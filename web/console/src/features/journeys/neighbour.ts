import { type Definition, type Kind, stepOf, TRIGGER } from "@/features/journeys/definition";
import { waysOf } from "@/features/journeys/ways";

export type Direction = "down" | "up" | "left" | "right";

function below(definition: Definition, kinds: readonly Kind[], id: string): string[] {
  if (id === TRIGGER) return stepOf(definition, definition.start) ? [definition.start] : [];
  const step = stepOf(definition, id);
  const ways = step ? waysOf(step, kinds) : [];
  return [...new Set(ways.flatMap(({ to }) => (to !== null && stepOf(definition, to) ? [to] : [])))];
}

/** The step that an arrow key leads to: down along the first way, up to whoever leads here, sideways between branches. */
export function neighbour(definition: Definition, kinds: readonly Kind[], id: string, to: Direction): string | null {
  if (to === "down") return below(definition, kinds, id)[0] ?? null;
  const parents = [TRIGGER, ...definition.steps.map((step) => step.id)].filter(
    (one) => one !== id && below(definition, kinds, one).includes(id),
  );
  const [parent] = parents;
  if (to === "up") return parent ?? null;
  const beside = parent === undefined ? [] : below(definition, kinds, parent);
  return beside[beside.indexOf(id) + (to === "left" ? -1 : 1)] ?? null;
}
