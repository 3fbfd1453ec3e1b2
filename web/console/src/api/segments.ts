import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type SegmentLine = components["schemas"]["SegmentLine"];

/** The segments there are. While one of them is computed, the list is asked for again soon. */
export function useSegments() {
  return useQuery({
    queryKey: ["segments", "list"],
    queryFn: ({ signal }) => answer<components["schemas"]["SegmentList"]>(api.GET("/api/segments", { signal })),
    refetchInterval: (query) =>
      query.state.data?.segments.some(({ state }) => state === "computing") ? 2_000 : 30_000,
  });
}

/** What segments are called, by key. */
export function useSegmentNames(): Record<string, string> {
  const { data } = useSegments();
  return Object.fromEntries((data?.segments ?? []).map(({ key, name }) => [key, name]));
}
