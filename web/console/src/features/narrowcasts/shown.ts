import type { Figure } from "@/features/narrowcasts/narrowcasts";
import { useCodes } from "@/features/narrowcasts/words";
import { useFormat } from "@/lib/format";

/** One of LINE's numbers in words: the number, or why there is none. */
export function useShown(): (figure: Figure) => string {
  const code = useCodes();
  const format = useFormat();
  return ({ value, state, below }) => (value === null ? code("figure", state, { below: below ?? 0 }) : format.number(value));
}
