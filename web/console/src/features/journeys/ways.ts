import { type Definition, type Kind, kindOf, type Step, TRIGGER } from "@/features/journeys/definition";

/** One way out of a step: where it is written ("next", "branches/0"), what people call it, and where it leads. */
export interface Way {
  at: string;
  /** null: the journey ends there. */
  to: string | null;
  /** The brand's own name of a branch or button, "" where the kind of the way says enough. */
  name: string;
}

/** A place where a step can be put in: on one way of one step. */
export interface Slot {
  from: string;
  at: string;
}

type Branch = { name?: unknown; next?: unknown };

function target(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The fields of a kind whose value is a list of branches, each with a way of its own. */
export function branching(kind: Kind | undefined): string | undefined {
  return kind?.fields.find(({ write }) => write.includes('"next"'))?.key;
}

/** Every way out of a step, branches first. */
export function waysOf(step: Step, kinds: readonly Kind[]): Way[] {
  const kind = kindOf(kinds, step.kind);
  const list = branching(kind);
  const branches = list && Array.isArray(step[list]) ? (step[list] as Branch[]) : [];
  return [
    ...branches.map(({ name, next }, at) => ({
      at: `${list}/${at}`,
      to: target(next),
      name: typeof name === "string" ? name : "",
    })),
    ...(kind?.fields ?? [])
      .filter((field) => field.leads_on)
      .map(({ key }) => ({ at: key, to: target(step[key]), name: "" })),
  ];
}

/** The same step with one way leading elsewhere. */
export function withWay(step: Step, at: string, to: string | null): Step {
  const [field = "", index] = at.split("/");
  if (index === undefined) return set(step, field, to);
  const branches = (step[field] as Branch[]).map((branch, place) =>
    place === Number(index) ? set(branch, "next", to) : branch,
  );
  return { ...step, [field]: branches };
}

function set<T extends object>(whole: T, field: string, to: string | null): T {
  const rest = Object.entries(whole).filter(([key]) => key !== field);
  return Object.fromEntries(to === null ? rest : [...rest, [field, to]]) as T;
}

/** Where the way of a slot leads now. */
export function leadsTo(definition: Definition, slot: Slot, kinds: readonly Kind[]): string | null {
  if (slot.from === TRIGGER) return target(definition.start);
  const step = definition.steps.find(({ id }) => id === slot.from);
  return (step && waysOf(step, kinds).find(({ at }) => at === slot.at)?.to) ?? null;
}
