import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

const vocabulary = {
  queryKey: ["vocabulary"],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answer<components["schemas"]["Vocabulary"]>(api.GET("/api/segments/vocabulary", { signal })),
  staleTime: 60_000,
};

/** The names of the traits that anybody has. */
export function useTraits() {
  return useQuery({ ...vocabulary, select: (found) => Object.keys(found.traits) });
}

/** The tags that anybody has. */
export function useTags() {
  return useQuery({ ...vocabulary, select: (found) => found.tags });
}
