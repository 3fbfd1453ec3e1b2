import { useMemo } from "react";
import { kindOf, shownValue, useNamespaces } from "@/components/identifiers";
import { NamespaceIcon } from "@/components/namespace-icon";
import styles from "@/features/people/graph.module.css";
import { type Edge, type GraphNode, type Network, placed } from "@/features/people/network";
import { useWords } from "@/features/people/graph-words/words";

const WIDTH = 720;
const HEIGHT = 420;
const STRENGTH = { typed: 0, stated: 1, verified: 2 };

interface PictureProps {
  network: Network;
  edges: Edge[];
  isChosen: (edge: Edge) => boolean;
  choose: (edge: Edge) => void;
}

/** The graph as a picture. What it shows stands in the lists below it too, for who uses a keyboard or hears the page. */
export function Picture({ network, edges, isChosen, choose }: PictureProps) {
  const w = useWords();
  const height = network.nodes.length > 14 ? HEIGHT + 160 : HEIGHT;
  const places = useMemo(() => placed(network, WIDTH, height), [network, height]);
  return (
    <svg
      className={styles["picture"]}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={w("picture", { nodes: network.nodes.length, links: edges.length })}
    >
      {edges.map((edge) => {
        const [a, b] = [places.get(edge.a), places.get(edge.b)];
        if (!a || !b) return null;
        const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y };
        const names = [
          styles["edge"],
          edge.rejected ? styles["rejected"] : styles[strongest(edge)],
          isChosen(edge) ? styles["chosenEdge"] : "",
        ];
        return (
          <g key={edge.a + edge.b}>
            <line {...ends} className={names.join(" ")} />
            <line {...ends} className={styles["hit"]} onClick={() => choose(edge)} />
          </g>
        );
      })}
      {[...places.values()].map(({ node, x, y }) => (
        <Dot key={node.node_id} node={node} x={x} y={y} own={node.profile_id === network.profile_id} />
      ))}
    </svg>
  );
}

function strongest(edge: Edge): string {
  return edge.links.reduce<keyof typeof STRENGTH>(
    (best, { proof }) => (STRENGTH[proof] > STRENGTH[best] ? proof : best),
    "typed",
  );
}

function Dot({ node, x, y, own }: { node: GraphNode; x: number; y: number; own: boolean }) {
  const called = useNamespaces();
  const tone = !own ? styles["other"] : kindOf(node.namespace) === "line" ? styles["ofLine"] : "";
  return (
    <g className={`${styles["node"]} ${tone ?? ""}`} transform={`translate(${x} ${y})`} data-data>
      <circle r="19" />
      <NamespaceIcon namespace={node.namespace} x={-8} y={-8} width={16} height={16} strokeWidth={1.75} />
      <text y="33">{shownValue(node)}</text>
      <text y="46" className={styles["kind"]}>
        {called(node.namespace)}
      </text>
    </g>
  );
}
