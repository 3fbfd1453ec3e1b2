import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { answer, api } from "@/api/client";
import type { Identifier } from "@/components/identifiers";

export interface GraphNode extends Identifier {
  node_id: string;
  first_at: string;
  profile_id: string;
}

export interface GraphLink {
  a: string;
  b: string;
  source: string;
  proof: "typed" | "stated" | "verified";
  first_at: string;
  last_at: string;
}

export interface Rejected {
  a: string;
  b: string;
  reason: string;
  sentence: Record<string, string>;
}

export interface Decision {
  kind: "cut" | "join";
  a: string;
  b: string;
  author: string;
  reason: string;
  at: string;
  revoked_at: string | null;
}

export interface Network {
  profile_id: string;
  nodes: GraphNode[];
  links: GraphLink[];
  rejected: Rejected[];
  decisions: Decision[];
  as_of: string;
}

export interface Wish {
  kind: "cut" | "join" | "undo";
  a: GraphNode;
  b: GraphNode;
}

export interface Outcome {
  before: PersonOf[];
  after: PersonOf[];
  as_of: string;
}

export interface PersonOf {
  profile_id: string;
  identifiers: [string, string][];
}

export function useNetwork(profileId: string) {
  return useQuery({
    queryKey: ["people", profileId, "graph"],
    queryFn: ({ signal }) =>
      answer<Network>(
        api.GET("/api/profiles/{profile_id}/graph", { params: { path: { profile_id: profileId } }, signal }),
      ),
  });
}

/** By node: values may be masked for who decides. */
const end = ({ node_id }: GraphNode) => ({ node: node_id });

/** Who would be one person after a decision; nothing is changed by asking. */
export function useOutcome(wish: Wish | null) {
  return useQuery({
    queryKey: ["people", "outcome", wish],
    queryFn: ({ signal }) =>
      answer<Outcome>(
        api.POST("/api/identity/preview", {
          body: wish ? { kind: wish.kind, a: end(wish.a), b: end(wish.b) } : {},
          signal,
        }),
      ),
    enabled: wish !== null,
    staleTime: 0,
  });
}

export function useDecide() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ wish, author, reason }: { wish: Wish; author: string; reason: string }) =>
      answer<{ log_offset: number; together: boolean }>(
        api.POST("/api/identity/{kind}", {
          params: { path: { kind: wish.kind } },
          body: { a: end(wish.a), b: end(wish.b), author, reason },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["people"] }),
  });
}

export interface Edge {
  a: string;
  b: string;
  links: GraphLink[];
  rejected: Rejected | undefined;
}

/** One line for each pair of identifiers, with everything that was said about the two. */
export function edgesOf(network: Network): Edge[] {
  const edges = new Map<string, Edge>();
  const at = (a: string, b: string): Edge => {
    const key = [a, b].sort().join();
    const known = edges.get(key);
    if (known) return known;
    const fresh: Edge = { a, b, links: [], rejected: undefined };
    edges.set(key, fresh);
    return fresh;
  };
  for (const link of network.links) at(link.a, link.b).links.push(link);
  for (const rejected of network.rejected) at(rejected.a, rejected.b).rejected = rejected;
  return [...edges.values()];
}

export interface Placed {
  node: GraphNode;
  x: number;
  y: number;
}

interface Body {
  id: string;
  x?: number;
  y?: number;
}

/** Give every identifier a place: linked ones near, strangers apart, the same input always the same picture. */
export function placed(network: Network, width: number, height: number): Map<string, Placed> {
  const known = new Set(network.nodes.map(({ node_id }) => node_id));
  const bodies: Body[] = network.nodes.map(({ node_id }) => ({ id: node_id }));
  const links = edgesOf(network)
    .filter(({ a, b }) => known.has(a) && known.has(b))
    .map(({ a, b, rejected }) => ({ source: a, target: b, far: rejected !== undefined }));
  const simulation = forceSimulation(bodies)
    .force("charge", forceManyBody().strength(-620))
    .force(
      "link",
      forceLink<Body, { source: string; target: string; far: boolean }>(links)
        .id(({ id }) => id)
        .distance(({ far }) => (far ? 190 : 105)),
    )
    .force("center", forceCenter(width / 2, height / 2))
    .force("x", forceX(width / 2).strength(0.04))
    .force("y", forceY(height / 2).strength(0.09))
    .force("apart", forceCollide(46))
    .stop();
  simulation.tick(260);
  const margin = 52;
  return new Map(
    network.nodes.map((node, at) => {
      const { x = 0, y = 0 } = bodies[at] ?? {};
      return [
        node.node_id,
        {
          node,
          x: Math.min(width - margin, Math.max(margin, x)),
          y: Math.min(height - margin, Math.max(34, y)),
        },
      ];
    }),
  );
}
