import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** A segment as people whom LINE keeps under a number. */
export interface Audience {
  key: string;
  account: string;
  segment: string;
  state: string;
  people: number;
  withdrawn: number;
  in_step: boolean;
  snapshot_at: string;
  expires_at: string;
}

interface Listed {
  audiences: Omit<Audience, "account">[];
}

const AUDIENCES = ["line", "audiences"];

/** The audiences that were made of a segment, of every account. */
export function useAudiences(segment: string, accounts: string[]) {
  return useQueries({
    queries: accounts.map((account) => ({
      queryKey: [...AUDIENCES, account],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const path = { params: { path: { account } }, signal };
        const { audiences } = await answer<Listed>(api.GET("/api/line/accounts/{account}/audiences", path));
        return audiences.map((one): Audience => ({ ...one, account }));
      },
    })),
    combine: (found) => ({
      audiences: found.flatMap(({ data }) => data ?? []).filter((one) => one.segment === segment),
      pending: found.some(({ isPending }) => isPending),
      error: found.find(({ error }) => error)?.error ?? null,
    }),
  });
}

/** Make an audience of a segment, or make it anew. */
export function useMakeAudience(segment: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ account, inStep }: { account: string; inStep: boolean }) =>
      answer<{ people: number }>(
        api.PUT("/api/line/accounts/{account}/audiences/{key}", {
          params: { path: { account, key: segment } },
          body: { segment, in_step: inStep },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: AUDIENCES }),
  });
}
