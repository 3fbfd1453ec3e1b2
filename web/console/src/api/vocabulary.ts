import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

const vocabulary = {
  queryKey: ["vocabulary"],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answer<components["schemas"]["Vocabulary"]>(api.GET("/api/segments/vocabulary", { signal })),
  staleTime: 60_000,
};

/** The names that conditions may speak of: what was said so far, not all that may be. */
export function useVocabulary() {
  return useQuery(vocabulary);
}

/** The properties of the events of one name. */
export function useProperties(event: string) {
  return useQuery({
    queryKey: ["vocabulary", "properties", event],
    queryFn: ({ signal }) =>
      answer<components["schemas"]["Properties"]>(
        api.GET("/api/segments/vocabulary/properties", { params: { query: { event } }, signal }),
      ),
    enabled: event !== "",
    staleTime: 60_000,
  });
}

/** The names of the traits that anybody has. */
export function useTraits() {
  return useQuery({ ...vocabulary, select: (found) => Object.keys(found.traits) });
}

/** The tags that anybody has. */
export function useTags() {
  return useQuery({ ...vocabulary, select: (found) => found.tags });
}
