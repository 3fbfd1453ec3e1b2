/** A message is a tree of JSON; forms read and write its leaves by JSON pointer, so that a fault has the same address. */
export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function steps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Return what stands at a pointer, undefined if nothing does. */
export function read(tree: unknown, pointer: string): unknown {
  let at = tree;
  for (const step of steps(pointer)) {
    if (Array.isArray(at)) at = at[Number(step)] as unknown;
    else if (isObject(at)) at = at[step];
    else return undefined;
  }
  return at;
}

/** Return the tree with `value` at the pointer; undefined takes away what stood there. Nothing else is copied. */
export function write<T>(tree: T, pointer: string, value: unknown): T {
  return put(tree, steps(pointer), value) as T;
}

function put(at: unknown, [step, ...rest]: string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(at)) {
    const made: unknown[] = [...(at as unknown[])];
    if (value === undefined && rest.length === 0) made.splice(Number(step), 1);
    else made[Number(step)] = put(made[Number(step)], rest, value);
    return made;
  }
  const made: Json = { ...(isObject(at) ? at : {}) };
  const child = put(made[step], rest, value);
  if (child === undefined) delete made[step];
  else made[step] = child;
  return made;
}

/** Return the list with one item at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const made = [...list];
  const [item] = made.splice(from, 1);
  if (item !== undefined) made.splice(Math.max(0, Math.min(to, made.length)), 0, item);
  return made;
}

export function textAt(tree: unknown, pointer: string): string {
  const found = read(tree, pointer);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

export function listAt(tree: unknown, pointer: string): unknown[] {
  const found = read(tree, pointer);
  return Array.isArray(found) ? (found as unknown[]) : [];
}
