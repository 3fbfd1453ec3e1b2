import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Retraction = components["schemas"]["Kept"];
type Change = components["schemas"]["Change"];

/** What is to count for nothing, or what is to count again. */
export type Wish = { source: string } | { retraction: number };

const RETRACTIONS = ["retractions"];

/** What was taken back of what a source said, newest first. */
export function useRetractions(source: string) {
  return useQuery({
    queryKey: RETRACTIONS,
    queryFn: ({ signal }) =>
      answer<components["schemas"]["Retractions"]>(api.GET("/api/identity/retractions", { signal })),
    select: (found) => found.retractions.filter((one) => one.source === source),
  });
}

/** Who would be one person afterwards; nothing is changed by asking. */
export function useForeseen(wish: Wish) {
  return useQuery({
    queryKey: ["retraction-foreseen", wish],
    queryFn: ({ signal }) => answer<Change>(api.POST("/api/identity/retractions/preview", { body: wish, signal })),
    staleTime: 0,
  });
}

export function useRetract(wish: Wish) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (word: { author: string; reason: string }) =>
      answer<Retraction>(
        "source" in wish
          ? api.POST("/api/identity/retractions", { body: { source: wish.source, ...word } })
          : api.POST("/api/identity/retractions/{retraction_id}/undo", {
              params: { path: { retraction_id: wish.retraction } },
              body: word,
            }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: RETRACTIONS });
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
}
