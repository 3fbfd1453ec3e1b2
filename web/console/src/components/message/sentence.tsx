import { useSaid } from "@/api/sentences/said";
import { codeOf } from "@/components/message/flaws";
import { useCodes } from "@/components/message/words";

/** A fault in the reader's language: in the words of the form that shows it, or else as the server says it. */
export function Sentence({ of }: { of: string }) {
  const code = useCodes();
  const said = useSaid();
  const { code: known, values } = codeOf(of);
  return <>{known ? code("flaw", known, values) : said(of)}</>;
}
