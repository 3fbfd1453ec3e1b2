import { useDebouncedValue } from "@mantine/hooks";
import { useMemo } from "react";
import { useCheck } from "@/api/messages";
import { byPointer, type Flaw } from "@/components/message/flaws";
import type { Json } from "@/components/message/tree";

const TYPING_MS = 250;

export interface Faults {
  flaws: Flaw[];
  at: ReadonlyMap<string, Flaw[]>;
  error: Error | null;
  retry: () => void;
}

/** What LINE would refuse of what is being written, asked a moment after the last key. */
export function useFaults(messages: readonly Json[]): Faults {
  const [asked] = useDebouncedValue(messages, TYPING_MS);
  const check = useCheck(asked);
  const flaws = useMemo(() => check.data?.problems ?? [], [check.data]);
  const at = useMemo(() => byPointer(flaws), [flaws]);
  return { flaws, at, error: check.error, retry: () => void check.refetch() };
}
