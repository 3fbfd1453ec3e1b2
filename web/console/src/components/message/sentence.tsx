import { codeOf } from "@/components/message/flaws";
import { useCodes } from "@/components/message/words";

/** A fault in the reader's language; what has no translation yet is shown as the server says it. */
export function Sentence({ of }: { of: string }) {
  const code = useCodes();
  const { code: known, values } = codeOf(of);
  return known ? <>{code("flaw", known, values)}</> : <span lang="en">{of}</span>;
}
