/** What was, what is, and what was taken back: the stack behind undo and redo. Pure. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the newest change was made to; typing on in one field is one change. */
  at: string;
}

const KEPT_MAX = 100;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], at: "" };
}

/** Take a change down. Changes with the same place, one after the other, count as one. */
export function record<T>(history: History<T>, present: T, at = ""): History<T> {
  if (present === history.present) return history;
  const goesOn = at !== "" && at === history.at && history.past.length > 0;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-KEPT_MAX);
  return { past, present, future: [], at };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return { past: history.past.slice(0, -1), present: last, future: [history.present, ...history.future], at: "" };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, at: "" };
}
