import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type FunnelRow = components["schemas"]["FunnelRow"];

/** How far those who came by each source got. */
export function useJoinFunnel(account: string) {
  return useQuery({
    queryKey: ["line", account, "funnel"],
    queryFn: ({ signal }) =>
      answer<components["schemas"]["JoinFunnel"]>(
        api.GET("/api/line/accounts/{account}/join-sources/funnel", { params: { path: { account } }, signal }),
      ),
    enabled: account !== "",
  });
}

export const STEPS = ["friends", "opened", "consented", "bound", "ordered"] as const;
export type Step = (typeof STEPS)[number];

/** The five steps of many rows together; who bound is a known member or a new one. */
export function steps(rows: readonly FunnelRow[]): Record<Step, number> {
  const sum = (count: (row: FunnelRow) => number) => rows.reduce((total, row) => total + count(row), 0);
  return {
    friends: sum((row) => row.friends),
    opened: sum((row) => row.opened),
    consented: sum((row) => row.consented),
    bound: sum((row) => row.matched + row.new),
    ordered: sum((row) => row.ordered),
  };
}
