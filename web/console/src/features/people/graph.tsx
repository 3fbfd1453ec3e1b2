import { useMemo, useState } from "react";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Decisions } from "@/features/people/decisions";
import { Decide } from "@/features/people/decide";
import styles from "@/features/people/graph.module.css";
import { Links } from "@/features/people/links";
import { type Edge, edgesOf, type Network, useNetwork, type Wish } from "@/features/people/network";
import { Picture } from "@/features/people/picture";
import { useWords } from "@/features/people/graph-words/words";

/** Why we think these identifiers are one person: drawn, listed, and open to correction. */
export function Graph({ profileId }: { profileId: string }) {
  const w = useWords();
  const network = useNetwork(profileId);
  return (
    <Panel title={w("title")} aside={network.data ? <AsOf at={network.data.as_of} /> : null}>
      {network.data ? (
        <Drawn network={network.data} />
      ) : network.error ? (
        <Failed error={network.error} retry={() => void network.refetch()} small />
      ) : (
        <Waiting rows={1} height={420} />
      )}
    </Panel>
  );
}

function Drawn({ network }: { network: Network }) {
  const w = useWords();
  const may = useMay();
  const edges = useMemo(() => edgesOf(network), [network]);
  const [chosen, setChosen] = useState<Edge | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const nodes = useMemo(() => new Map(network.nodes.map((node) => [node.node_id, node])), [network]);

  function want(kind: Wish["kind"], a: string, b: string) {
    const [one, two] = [nodes.get(a), nodes.get(b)];
    if (one && two) setWish({ kind, a: one, b: two });
  }

  const decide = may("identity.decide") ? want : undefined;
  const accepted = edges.filter(({ rejected }) => !rejected);
  const rejected = edges.filter((edge) => edge.rejected);
  const sameEdge = (edge: Edge) => chosen !== null && edge.a === chosen.a && edge.b === chosen.b;
  return (
    <>
      <Picture network={network} edges={edges} isChosen={sameEdge} choose={setChosen} />
      <Legend />
      <h3 className={styles["heading"]}>{w("links", { count: accepted.length })}</h3>
      <Links edges={accepted} nodes={nodes} isChosen={sameEdge} choose={setChosen} decide={decide} />
      {rejected.length ? (
        <>
          <h3 className={styles["heading"]}>{w("rejected", { count: rejected.length })}</h3>
          <Links edges={rejected} nodes={nodes} isChosen={sameEdge} choose={setChosen} decide={undefined} />
        </>
      ) : null}
      {network.decisions.length ? (
        <Decisions decisions={network.decisions} nodes={nodes} decide={decide} />
      ) : null}
      <Decide wish={wish} close={() => setWish(null)} />
    </>
  );
}

function Legend() {
  const w = useWords();
  const line = (name: string) => (
    <svg width="26" height="8" aria-hidden>
      <line x1="0" x2="26" y1="4" y2="4" className={`${styles["edge"]} ${styles[name] ?? ""}`} />
    </svg>
  );
  return (
    <p className={styles["legend"]}>
      <span>
        {line("verified")}
        {w("proof.verified")}
      </span>
      <span>
        {line("stated")}
        {w("proof.stated")}
      </span>
      <span>
        {line("typed")}
        {w("proof.typed")}
      </span>
      <span>
        {line("rejected")}
        {w("notJoined")}
      </span>
    </p>
  );
}
