import type { Definition, Step } from "@/features/journeys/definition";

/** What a later version says otherwise. `settings`: which parts beside the steps changed. */
export interface Difference {
  added: Step[];
  removed: Step[];
  changed: { step: Step; fields: string[] }[];
  settings: string[];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inside]) => [name, sorted(inside)]),
  );
}

export function difference(before: Definition, after: Definition): Difference {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const now = new Map(after.steps.map((step) => [step.id, step]));
  const changed = after.steps.flatMap((step) => {
    const was = old.get(step.id);
    if (!was) return [];
    const fields = [...new Set([...Object.keys(was), ...Object.keys(step)])].filter((key) => !same(was[key], step[key]));
    return fields.length ? [{ step, fields }] : [];
  });
  return {
    added: after.steps.filter(({ id }) => !old.has(id)),
    removed: before.steps.filter(({ id }) => !now.has(id)),
    changed,
    settings: (["name", "trigger", "reentry", "goal", "exit_on", "settings", "start"] as const).filter(
      (part) => !same(before[part], after[part]),
    ),
  };
}
