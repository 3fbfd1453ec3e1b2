import { type Definition, type Kind, stepOf, TRIGGER } from "@/features/journeys/definition";
import { waysOf } from "@/features/journeys/ways";

export const NODE = { width: 236, height: 84 } as const;
export const END = { width: 96, height: 28 } as const;
const COLUMN = NODE.width + 44;
const ROW = NODE.height + 78;

/** A drawn thing: the trigger, a step, or the end of a way. `x` is its middle, `y` its top. */
export interface Placed {
  id: string;
  kind: "trigger" | "step" | "end";
  x: number;
  y: number;
}

export interface Line {
  id: string;
  from: string;
  at: string;
  name: string;
  to: string;
}

export interface Drawing {
  nodes: Placed[];
  lines: Line[];
}

/**
 * Draw a journey from top to bottom. A step stands below everything that leads to it, but for loops, and in the middle
 * above what only it leads to. Steps that nothing leads to stand in a row at the foot.
 */
export function layout(definition: Definition, kinds: readonly Kind[]): Drawing {
  const lines: Line[] = [];
  const ends: string[] = [];
  const children = new Map<string, string[]>();
  const owned = new Set<string>();

  function own(id: string): void {
    const step = stepOf(definition, id);
    if (!step || owned.has(id)) return;
    owned.add(id);
    const below: string[] = [];
    children.set(id, below);
    for (const { at, name, to } of waysOf(step, kinds)) {
      const there = to !== null && stepOf(definition, to) ? to : `${id}!${at}`;
      if (there !== to) ends.push(there);
      lines.push({ id: `${id}:${at}`, from: id, at, name, to: there });
      if (there !== to || !owned.has(there)) below.push(there);
      if (there === to) own(there);
    }
  }

  lines.push({ id: `${TRIGGER}:start`, from: TRIGGER, at: "start", name: "", to: definition.start });
  own(definition.start);
  const roots = [definition.start];
  for (const { id } of definition.steps)
    if (!owned.has(id)) {
      roots.push(id);
      own(id);
    }

  const depth = depths(lines, roots);
  const middle = new Map<string, number>();
  let column = 0;
  function place(id: string): number {
    const below = (children.get(id) ?? []).map(place);
    const at = below.length ? ((below[0] as number) + (below[below.length - 1] as number)) / 2 : column++;
    middle.set(id, at);
    return at;
  }
  roots.filter((id) => owned.has(id)).forEach(place);

  const spot = (id: string, kind: Placed["kind"]): Placed => ({
    id,
    kind,
    x: (middle.get(id) ?? 0) * COLUMN,
    y: (depth.get(id) ?? 0) * ROW,
  });
  return {
    nodes: [
      { id: TRIGGER, kind: "trigger", x: (middle.get(definition.start) ?? 0) * COLUMN, y: 0 },
      ...definition.steps.map(({ id }) => spot(id, "step")),
      ...ends.map((id) => spot(id, "end")),
    ],
    lines: lines.filter(({ to }) => middle.has(to)),
  };
}

/** The longest way from the trigger to each thing; lines that lead back in a loop do not count. */
function depths(lines: readonly Line[], roots: readonly string[]): Map<string, number> {
  const onward = new Map<string, Line[]>();
  for (const line of lines) onward.set(line.from, [...(onward.get(line.from) ?? []), line]);
  const depth = new Map<string, number>();
  const open = new Set<string>();
  const order: string[] = [];
  const back = new Set<string>();
  const done = new Set<string>();

  function visit(id: string): void {
    open.add(id);
    for (const line of onward.get(id) ?? []) {
      if (open.has(line.to)) back.add(line.id);
      else if (!done.has(line.to)) visit(line.to);
    }
    open.delete(id);
    done.add(id);
    order.unshift(id);
  }

  for (const root of [TRIGGER, ...roots]) if (!done.has(root)) visit(root);
  for (const id of order) {
    const from = depth.get(id) ?? (id === TRIGGER ? 0 : 1);
    depth.set(id, from);
    for (const line of onward.get(id) ?? [])
      if (!back.has(line.id)) depth.set(line.to, Math.max(depth.get(line.to) ?? 0, from + 1));
  }
  return depth;
}
