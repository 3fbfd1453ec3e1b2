import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export interface Source {
  key: string;
  kind: string;
  name: string;
  write_key: string;
  created_at: string;
}
export type Debugger = components["schemas"]["Debugger"];
export type SeenEvent = components["schemas"]["SeenEvent"];
export type SourceQuality = components["schemas"]["SourceQuality"];

export const KINDS = ["web", "app", "server", "pos", "crm"] as const;
const SOURCES = ["sources"];
const WATCH_MS = 2_000;

export function useSources() {
  return useQuery({ queryKey: SOURCES, queryFn: ({ signal }) => answer<Source[]>(api.GET("/api/sources", { signal })) });
}

/** How fresh each source is; read with the figures of the first page. */
export function useFreshness() {
  return useQuery({
    queryKey: ["sources-freshness"],
    queryFn: ({ signal }) => answer<components["schemas"]["Home"]>(api.GET("/api/home", { signal })),
    select: (home) => new Map(home.sources.map((one) => [one.key, one])),
    refetchInterval: 30_000,
  });
}

export function useMakeSource() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { key: string; kind: string; name: string }) =>
      answer<Source>(api.POST("/api/sources", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: SOURCES }),
  });
}

/** What a source has just sent; asked every two seconds while somebody watches. */
export function useEvents(key: string, watching: boolean) {
  return useQuery({
    queryKey: ["sources", key, "events"],
    queryFn: ({ signal }) =>
      answer<Debugger>(api.GET("/api/sources/{key}/events", { params: { path: { key }, query: { limit: 50 } }, signal })),
    refetchInterval: watching ? WATCH_MS : false,
  });
}

export function useQuality(key: string) {
  return useQuery({
    queryKey: ["sources", key, "quality"],
    queryFn: ({ signal }) =>
      answer<SourceQuality>(api.GET("/api/sources/{key}/quality", { params: { path: { key } }, signal })),
  });
}
