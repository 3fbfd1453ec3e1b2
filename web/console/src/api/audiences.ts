import { queryOptions, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** A segment as people whom LINE keeps under a number: as it was at one moment, or in step. */
export interface Audience {
  key: string;
  account: string;
  segment: string;
  /** new, filling, waiting, ready, failed, expired. */
  state: string;
  people: number;
  /** How many in it may not be written to any more; LINE takes nobody out. */
  withdrawn: number;
  in_step: boolean;
  snapshot_at: string;
  expires_at: string;
}

const ALL = ["line", "audiences"];
const WORKING = new Set(["new", "filling", "waiting"]);

function audiencesOf(account: string) {
  return queryOptions({
    queryKey: [...ALL, account],
    queryFn: async ({ signal }) => {
      const path = { params: { path: { account } }, signal };
      const { audiences } = await answer<{ audiences: Omit<Audience, "account">[] }>(api.GET("/api/line/accounts/{account}/audiences", path));
      return audiences.map((one): Audience => ({ ...one, account }));
    },
    refetchInterval: (query) => (query.state.data?.some(({ state }) => WORKING.has(state)) ? 3_000 : 60_000),
  });
}

/** The audiences of an account, the newest first. */
export function useAudiences(account: string) {
  return useQuery({ ...audiencesOf(account), enabled: account !== "" });
}

/** The audiences that were made of a segment, of every account. */
export function useAudiencesOf(segment: string, accounts: string[]) {
  return useQueries({
    queries: accounts.map(audiencesOf),
    combine: (found) => ({
      audiences: found.flatMap(({ data }) => data ?? []).filter((one) => one.segment === segment),
      pending: found.some(({ isPending }) => isPending),
      error: found.find(({ error }) => error)?.error ?? null,
    }),
  });
}

interface Made {
  account: string;
  segment: string;
  inStep: boolean;
}

/** Make an audience of a segment, under the segment's key, or make it anew. */
export function useMakeAudience() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ account, segment, inStep }: Made) =>
      answer<{ key: string; people: number }>(
        api.PUT("/api/line/accounts/{account}/audiences/{key}", {
          params: { path: { account, key: segment } },
          body: { segment, in_step: inStep },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}
