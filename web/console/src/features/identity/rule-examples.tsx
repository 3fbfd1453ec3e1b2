import styles from "@/features/identity/identity.module.css";
import type { RuleExamples } from "@/features/identity/rule-book";
import { useWords } from "@/features/identity/rule-words";

const KINDS = ["merged", "split", "moved"] as const;

/** Some of whom a change of the rules touches, before anybody says yes to it; their identifiers are masked. */
export function RuleExamplesShown({ of }: { of: RuleExamples }) {
  const w = useWords();
  const lines = KINDS.flatMap((kind) => of[kind].map((groups) => w(`example.${kind}`, named(groups))));
  if (!lines.length) return null;
  return (
    <details className={styles["examples"]}>
      <summary>{w("examples")}</summary>
      <ul className={styles["sentences"]}>
        {lines.map((line, at) => (
          <li key={at} data-data>
            {line}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Groups of identifiers by the places that the sentences have for them. */
export function named(groups: string[][]): Record<string, string> {
  const [first, second, third] = groups.map((group) => group.join("、"));
  return { all: groups.map((group) => group.join("、")).join(" ＋ "), first: first ?? "", second: second ?? "", third: third ?? "" };
}
