import { Button } from "@mantine/core";
import { Scissors } from "lucide-react";
import { shownValue, useNamespaces } from "@/components/identifiers";
import styles from "@/features/people/graph.module.css";
import type { Edge, GraphNode, Wish } from "@/features/people/network";
import { useCodes, useWords } from "@/features/people/graph-words/words";
import { useFormat } from "@/lib/format";
import { useLanguage } from "@/lib/language";

interface LinksProps {
  edges: Edge[];
  nodes: Map<string, GraphNode>;
  isChosen: (edge: Edge) => boolean;
  choose: (edge: Edge) => void;
  decide: ((kind: Wish["kind"], a: string, b: string) => void) | undefined;
}

/** Every link with who said so, how well they know, and since when. */
export function Links({ edges, nodes, isChosen, choose, decide }: LinksProps) {
  const w = useWords();
  return (
    <ul className={styles["links"]}>
      {edges.map((edge) => (
        <li
          key={edge.a + edge.b}
          className={`${styles["link"]} ${isChosen(edge) ? styles["chosen"] : ""}`}
          onPointerEnter={() => choose(edge)}
          onFocus={() => choose(edge)}
        >
          <div>
            <Pair a={nodes.get(edge.a)} b={nodes.get(edge.b)} />
            <Because edge={edge} />
          </div>
          {decide ? (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              leftSection={<Scissors size={14} aria-hidden />}
              onClick={() => decide("cut", edge.a, edge.b)}
            >
              {w("cut")}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

export function Pair({ a, b }: { a: GraphNode | undefined; b: GraphNode | undefined }) {
  const called = useNamespaces();
  const one = (node: GraphNode | undefined) => (node ? `${called(node.namespace)} ${shownValue(node)}` : "—");
  return (
    <div className={styles["pair"]} data-data>
      <span>{one(a)}</span>
      <span aria-hidden>↔</span>
      <span>{one(b)}</span>
    </div>
  );
}

function Because({ edge }: { edge: Edge }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const language = useLanguage();
  if (edge.rejected) {
    const { sentence } = edge.rejected;
    return <p className={`${styles["said"]} ${styles["apart"]}`}>{sentence[language] ?? sentence["en"]}</p>;
  }
  return edge.links.map((link) => (
    <div key={link.source + link.proof} className={styles["said"]}>
      <span data-data>{link.source}</span> · {code("proof", link.proof)} ·{" "}
      {w("seen", { first: format.date(link.first_at), last: format.date(link.last_at) })}
    </div>
  ));
}
