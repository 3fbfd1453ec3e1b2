import type { DraftProblem } from "@/features/journeys/journeys";
import { useCodes } from "@/features/journeys/words";

/** What the check says, by the words of its sentence; the sentence itself stays beside it for whoever wants it exactly. */
const KNOWN: readonly [RegExp, string][] = [
  [/is missing|needs? (a|its)|is not one of/i, "missing"],
  [/No way leads here/, "unreached"],
  [/leads back to itself/, "loop"],
  [/LINE account .* is not connected/, "account"],
  [/There is no segment/, "segment"],
  [/There is no coupon pool/, "pool"],
  [/There is no journey/, "journey"],
  [/does not compile/, "template"],
  [/refers to a property of the trigger/, "reference"],
  [/is empty|must not be empty|is not a text|is not a key|has no /i, "empty"],
];

export function codeOf(message: string): string {
  return KNOWN.find(([pattern]) => pattern.test(message))?.[1] ?? "other";
}

/** Problems by the step they lie in; "" for those of the journey itself. */
export function byStep(problems: readonly DraftProblem[]): Record<string, DraftProblem[]> {
  const found: Record<string, DraftProblem[]> = {};
  for (const one of problems) found[one.step] = [...(found[one.step] ?? []), one];
  return found;
}

/** The field of a step or of the trigger that a problem points at, "" if at all of it. */
export function fieldOf({ field }: DraftProblem): string {
  const parts = field.split("/");
  return (parts[1] === "steps" ? parts[3] : parts[2]) ?? "";
}

/** What a field lacks, in words; undefined if nothing. */
export function useFault(): (problems: readonly DraftProblem[], field: string) => string | undefined {
  const code = useCodes();
  return (problems, field) => {
    const found = problems.find((one) => fieldOf(one) === field);
    return found && code("problem", codeOf(found.message));
  };
}
