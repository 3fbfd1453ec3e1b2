import { useCallback, useState } from "react";
import type { Definition } from "@/features/journeys/definition";
import { begin, type History, record, redo, undo } from "@/features/journeys/history";

export interface Editor {
  definition: Definition;
  /** Whether anything differs from what was opened. */
  touched: boolean;
  canUndo: boolean;
  canRedo: boolean;
  /** Take a change down; changes with the same place, one after the other, are undone together. */
  edit: (next: Definition | ((before: Definition) => Definition), at?: string) => void;
  undo: () => void;
  redo: () => void;
}

/** A journey while it is being written, with everything that can be taken back. */
export function useEditor(opened: Definition): Editor {
  const [history, setHistory] = useState<History<Definition>>(() => begin(opened));
  const edit = useCallback<Editor["edit"]>(
    (next, at) =>
      setHistory((now) => record(now, typeof next === "function" ? next(now.present) : next, at)),
    [],
  );
  return {
    definition: history.present,
    touched: history.present !== opened,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    edit,
    undo: useCallback(() => setHistory(undo), []),
    redo: useCallback(() => setHistory(redo), []),
  };
}
