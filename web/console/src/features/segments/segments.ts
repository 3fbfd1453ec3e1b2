import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Condition } from "@/components/condition/condition";

export type MemberPage = components["schemas"]["MemberPage"];

export interface Segment {
  key: string;
  name: string;
  version: number;
  state: string;
  definition: Condition;
  computed_at: string | null;
  updated_at: string;
  members: number;
}

export interface Way {
  channel: string;
  account?: string;
  count: number;
}

export interface Counts {
  as_of: string;
  steps: { condition: Condition; remain: number }[];
  reachable: Way[];
}

export interface Difference {
  in: number;
  out: number;
  stay: number;
  as_of: string;
}

export interface Freshness {
  computed_at: string | null;
  history: { log_offset: number; at: string | null };
  slowest: { event: string; newest_at: string } | null;
  as_of: string;
}

export interface Version {
  version: number;
  condition: Condition;
  author: string;
  at: string;
}

const at = (key: string) => ({ params: { path: { key } } });

/** How many remain after each part, exactly, and whom each channel reaches. The last answer stays until the next. */
export function useCounts(condition: Condition | null) {
  return useQuery({
    queryKey: ["segments", "counts", condition],
    queryFn: ({ signal }) => answer<Counts>(api.POST("/api/segments/funnel", { body: { condition }, signal })),
    enabled: condition !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** Whom a new condition would move in and out, before it is saved. */
export function useDifference(key: string, condition: Condition | null) {
  return useQuery({
    queryKey: ["segments", key, "difference", condition],
    queryFn: ({ signal }) =>
      answer<Difference>(api.POST("/api/segments/{key}/difference", { ...at(key), body: { condition }, signal })),
    enabled: key !== "" && condition !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function useSegment(key: string) {
  return useQuery({
    queryKey: ["segments", key, "one"],
    queryFn: ({ signal }) => answer<Segment>(api.GET("/api/segments/{key}", { ...at(key), signal })),
    enabled: key !== "",
    refetchInterval: (query) => (query.state.data?.state === "computing" ? 1_500 : 15_000),
  });
}

export function useFreshness(key: string) {
  return useQuery({
    queryKey: ["segments", key, "freshness"],
    queryFn: ({ signal }) => answer<Freshness>(api.GET("/api/segments/{key}/freshness", { ...at(key), signal })),
    refetchInterval: 30_000,
  });
}

/** The last days of a segment, the oldest first. */
export function useGrowth(key: string, days: number) {
  return useQuery({
    queryKey: ["segments", key, "growth", days],
    queryFn: ({ signal }) =>
      answer<components["schemas"]["Growth"]>(
        api.GET("/api/segments/{key}/growth", { params: { path: { key }, query: { days } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useVersions(key: string) {
  return useQuery({
    queryKey: ["segments", key, "versions"],
    queryFn: ({ signal }) =>
      answer<{ versions: Version[] }>(api.GET("/api/segments/{key}/versions", { ...at(key), signal })),
  });
}

export function useUsedBy(key: string) {
  return useQuery({
    queryKey: ["segments", key, "used-by"],
    queryFn: ({ signal }) =>
      answer<{ used_by: { kind: string; key: string }[] }>(api.GET("/api/segments/{key}/used-by", { ...at(key), signal })),
  });
}

export function useMembers(key: string, computedAt: string | null) {
  return useInfiniteQuery({
    queryKey: ["segments", key, "people", computedAt],
    queryFn: ({ pageParam, signal }) =>
      answer<MemberPage>(
        api.GET("/api/segments/{key}/people", {
          params: { path: { key }, query: { limit: 25, after: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.after ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export interface Overlap {
  segments: { key: string; count: number }[];
  pairs: { keys: [string, string]; count: number }[];
  as_of: string;
}

export function useOverlap(one: string, other: string) {
  return useQuery({
    queryKey: ["segments", "overlap", one, other],
    queryFn: ({ signal }) =>
      answer<Overlap>(api.GET("/api/segments/overlap", { params: { query: { key: [one, other] } }, signal })),
    enabled: other !== "",
  });
}

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { key: string; name: string; condition: Condition }) =>
      answer<Segment>(api.POST("/api/segments", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["segments"] }),
  });
}
