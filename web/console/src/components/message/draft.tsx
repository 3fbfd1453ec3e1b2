import { createContext, type ReactNode, useContext, useMemo, useRef } from "react";
import { type Flaw, isMissing } from "@/components/message/flaws";
import { insertAt } from "@/components/message/merge";
import { type Json, textAt, write } from "@/components/message/tree";

interface Draft {
  messages: readonly Json[];
  set: (pointer: string, value: unknown) => void;
  /** What is wrong at a pointer; what is only missing is said once somebody wanted to save. */
  flawAt: (pointer: string) => Flaw | undefined;
  /** The field that was written in last, for what is inserted. */
  touched: (pointer: string, caret: number | null) => void;
  insert: (text: string) => boolean;
}

const Context = createContext<Draft | null>(null);

interface Props {
  messages: readonly Json[];
  change: (messages: Json[]) => void;
  flaws: ReadonlyMap<string, Flaw[]>;
  strict: boolean;
  children: ReactNode;
}

/** What every field of the forms reads and writes: the whole list of messages, by pointer. */
export function DraftOf({ messages, change, flaws, strict, children }: Props) {
  const last = useRef<{ pointer: string; caret: number | null } | null>(null);
  const draft = useMemo<Draft>(() => {
    const set = (pointer: string, value: unknown) => change(write([...messages], pointer, value));
    return {
      messages,
      set,
      flawAt: (pointer) => flaws.get(pointer)?.find((one) => strict || !isMissing(one)),
      touched: (pointer, caret) => {
        last.current = { pointer, caret };
      },
      insert: (text) => {
        const place = last.current;
        if (!place) return false;
        set(place.pointer, insertAt(textAt(messages, place.pointer), text, place.caret));
        last.current = { pointer: place.pointer, caret: place.caret === null ? null : place.caret + text.length };
        return true;
      },
    };
  }, [messages, change, flaws, strict]);
  return <Context.Provider value={draft}>{children}</Context.Provider>;
}

export function useDraft(): Draft {
  const draft = useContext(Context);
  if (!draft) throw new Error("A field stands outside of a draft.");
  return draft;
}
