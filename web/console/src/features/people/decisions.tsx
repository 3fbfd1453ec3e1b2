import { Button } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { Mark } from "@/components/mark";
import styles from "@/features/people/graph.module.css";
import { Pair } from "@/features/people/links";
import type { Decision, GraphNode, Wish } from "@/features/people/network";
import { useWords } from "@/features/people/graph-words/words";
import { useFormat } from "@/lib/format";

interface DecisionsProps {
  decisions: Decision[];
  nodes: Map<string, GraphNode>;
  decide: ((kind: Wish["kind"], a: string, b: string) => void) | undefined;
}

/** What people decided about this person; what is still in force can be undone. */
export function Decisions({ decisions, nodes, decide }: DecisionsProps) {
  const w = useWords();
  const format = useFormat();
  return (
    <>
      <h3 className={styles["heading"]}>{w("decisions")}</h3>
      <ul className={styles["links"]}>
        {decisions.map((one) => (
          <li
            key={one.kind + one.a + one.b + one.at}
            className={`${styles["link"]} ${one.revoked_at ? styles["revoked"] : ""}`}
          >
            <div>
              <div className={styles["pair"]}>
                <Mark tone={one.kind === "cut" ? "bad" : "good"}>{w(`kind.${one.kind}`)}</Mark>
                <Pair a={nodes.get(one.a)} b={nodes.get(one.b)} />
              </div>
              <div className={styles["said"]}>
                <span data-data>{[one.author, one.reason].filter(Boolean).join("：")}</span> · {format.moment(one.at)}
                {one.revoked_at ? ` · ${w("revoked", { when: format.moment(one.revoked_at) })}` : ""}
              </div>
            </div>
            {decide && !one.revoked_at ? (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                leftSection={<Undo2 size={14} aria-hidden />}
                onClick={() => decide("undo", one.a, one.b)}
              >
                {w("undo")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
