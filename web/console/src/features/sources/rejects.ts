import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Quality = components["schemas"]["Quality"];
export type Pile = components["schemas"]["Pile"];
export type Reject = components["schemas"]["Reject"];
type Rejects = components["schemas"]["Rejects"];
export type Replayed = components["schemas"]["Replayed"];
export interface Change {
  pointer: string;
  value?: unknown;
}

const QUALITY = ["quality"];

/** What waits for somebody, by source and reason. */
export function usePiles() {
  return useQuery({
    queryKey: QUALITY,
    queryFn: ({ signal }) => answer<Quality>(api.GET("/api/quality", { signal })),
    refetchInterval: 5_000,
  });
}

/** The parked items of one pile, the newest first. */
export function useRejects(source: string, reason: string) {
  return useInfiniteQuery({
    queryKey: [...QUALITY, source, reason],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      answer<Rejects>(
        api.GET("/api/quality/rejects", { params: { query: { source, reason, older: pageParam, limit: 50 } }, signal }),
      ),
    getNextPageParam: (page) => page.older,
  });
}

const places = (rejects: Reject[]) => rejects.map(({ log_offset, item }) => ({ log_offset, item }));

/** Say parked items again, mended; `try_out` only says what would become of them. */
export function useReplay() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ rejects, changes, tryOut }: { rejects: Reject[]; changes: Change[]; tryOut: boolean }) =>
      answer<Replayed>(
        api.POST("/api/quality/rejects/replay", {
          body: {
            rejects: places(rejects),
            changes: changes.map((change) => ({ remove: false, ...change })),
            try_out: tryOut,
          },
        }),
      ),
    // Not awaited: the form that asked goes with the last item of its list, and would miss its answer.
    onSuccess: (_, { tryOut }) => {
      if (!tryOut) void queries.invalidateQueries({ queryKey: QUALITY });
    },
  });
}

export function useDismiss() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (rejects: Reject[]) => answer(api.POST("/api/quality/rejects/dismiss", { body: { rejects: places(rejects) } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: QUALITY }),
  });
}
