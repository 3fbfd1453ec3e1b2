import { type Definition, type Kind, kindOf, type Step, stepOf, TRIGGER } from "@/features/journeys/definition";
import { leadsTo, type Slot, waysOf, withWay } from "@/features/journeys/ways";

/** Fields whose example must not be taken over: they name something of one brand. */
const OWN = new Set(["account", "segment", "pool", "journey", "lookup", "where", "expires_after", "winner"]);

/** An id that no step has: of the kind, with a number. */
export function freshId(definition: Definition, kind: string): string {
  const taken = new Set(definition.steps.map(({ id }) => id));
  for (let number = 1; ; number++) {
    const id = `${kind.replaceAll("_", "-")}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** A new step of a kind, begun with the values of its example that fit every brand. */
export function newStep(definition: Definition, kind: Kind): Step {
  const step: Step = { id: freshId(definition, kind.kind), kind: kind.kind };
  for (const field of kind.fields) {
    if (field.key === "id" || field.leads_on || OWN.has(field.key)) continue;
    const example = kind.example[field.key];
    if (field.required && example !== undefined) step[field.key] = structuredClone(example);
  }
  if (Array.isArray(step["messages"])) step["messages"] = [{ type: "text", text: "" }];
  return step;
}

/** Let the way of a slot lead to a step, or to the end. */
export function connect(definition: Definition, slot: Slot, to: string | null): Definition {
  if (slot.from === TRIGGER) return to === null ? definition : { ...definition, start: to };
  return {
    ...definition,
    steps: definition.steps.map((step) => (step.id === slot.from ? withWay(step, slot.at, to) : step)),
  };
}

/** Put a step onto a way: what came after that way comes after the step's first way now. */
export function insert(definition: Definition, slot: Slot, step: Step, kinds: readonly Kind[]): Definition {
  const after = leadsTo(definition, slot, kinds);
  const [first] = waysOf(step, kinds);
  const placed = first && after !== null ? withWay(step, first.at, after) : step;
  const grown = connect({ ...definition, steps: [...definition.steps, placed] }, slot, step.id);
  return first ? grown : pruned(grown, kinds);
}

/** Take a step out: whoever led to it leads to what came after its first way. Steps that nothing leads to go too. */
export function remove(definition: Definition, id: string, kinds: readonly Kind[]): Definition {
  const gone = stepOf(definition, id);
  if (!gone) return definition;
  const after = waysOf(gone, kinds)
    .map(({ to }) => to)
    .find((to) => to !== null && to !== id) ?? null;
  const steps = definition.steps
    .filter((step) => step.id !== id)
    .map((step) =>
      waysOf(step, kinds).reduce((left, way) => (way.to === id ? withWay(left, way.at, after) : left), step),
    );
  const start = definition.start === id ? after : definition.start;
  if (start !== null) return pruned({ ...definition, start, steps }, kinds);
  // A journey has at least one step: an empty one ends at once.
  const end: Step = { id: freshId(definition, "exit"), kind: "exit" };
  return { ...definition, start: end.id, steps: [end] };
}

/** Take a step out where it is and put it onto another way, with its own fields but none of its branches' followers. */
export function move(definition: Definition, id: string, slot: Slot, kinds: readonly Kind[]): Definition {
  const step = stepOf(definition, id);
  if (!step || slot.from === id || leadsTo(definition, slot, kinds) === id) return definition;
  const bare = waysOf(step, kinds).reduce((left, way) => withWay(left, way.at, null), step);
  const without = remove(definition, id, kinds);
  const there = slot.from === TRIGGER || stepOf(without, slot.from);
  return there ? insert(without, slot, bare, kinds) : definition;
}

/** Change fields of a step; undefined takes a field out. A new id is taken over wherever it is named. */
export function change(definition: Definition, id: string, fields: Record<string, unknown>, kinds: readonly Kind[]): Definition {
  const renamed = typeof fields["id"] === "string" ? fields["id"] : id;
  const steps = definition.steps.map((step) => {
    const mine = step.id === id ? cleaned({ ...step, ...fields }) : step;
    return renamed === id
      ? mine
      : waysOf(mine, kinds).reduce((left, way) => (way.to === id ? withWay(left, way.at, renamed) : left), mine);
  });
  return { ...definition, steps, start: definition.start === id ? renamed : definition.start };
}

function cleaned(step: Step): Step {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as Step;
}

/** Every step that the start leads to, in the order in which a reader meets them. */
export function reached(definition: Definition, kinds: readonly Kind[]): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const waiting = [definition.start];
  while (waiting.length) {
    const id = waiting.shift() as string;
    const step = seen.has(id) ? undefined : stepOf(definition, id);
    if (!step) continue;
    seen.add(id);
    found.push(id);
    waiting.unshift(...waysOf(step, kinds).flatMap(({ to }) => (to === null ? [] : [to])));
  }
  return found;
}

/** The journey without steps that nothing leads to any more. */
export function pruned(definition: Definition, kinds: readonly Kind[]): Definition {
  const kept = new Set(reached(definition, kinds));
  return { ...definition, steps: definition.steps.filter(({ id }) => kept.has(id)) };
}

export function isPaid(step: Step, kinds: readonly Kind[]): boolean {
  return kindOf(kinds, step.kind)?.paid ?? false;
}
