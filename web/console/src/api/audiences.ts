import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** People that LINE keeps under a number: a segment as it was at one moment, or one that follows it. */
export interface Audience {
  key: string;
  segment: string;
  /** new, filling, waiting, ready, failed, expired. */
  state: string;
  people: number;
  /** How many in it may not be written to any more; LINE takes nobody out. */
  withdrawn: number;
  snapshot_at: string;
  expires_at: string;
}

const of = (account: string) => ["line", account, "audiences"];
const WORKING = new Set(["new", "filling", "waiting"]);

export function useAudiences(account: string) {
  return useQuery({
    queryKey: of(account),
    queryFn: ({ signal }) =>
      answer<{ audiences: Audience[]; as_of: string }>(
        api.GET("/api/line/accounts/{account}/audiences", { params: { path: { account } }, signal }),
      ),
    enabled: account !== "",
    refetchInterval: (query) => (query.state.data?.audiences.some(({ state }) => WORKING.has(state)) ? 3_000 : 60_000),
  });
}

/** Make an audience of a segment as it is now, in step with it or not; under a key that is known it is made anew. */
export function useMakeAudience(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: { key: string; segment: string; in_step: boolean }) =>
      answer<{ key: string; people: number }>(
        api.PUT("/api/line/accounts/{account}/audiences/{key}", { params: { path: { account, key } }, body }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}
