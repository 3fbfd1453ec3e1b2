import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export interface Suggestion {
  id: number;
  profiles: [string, string];
  band: string;
  score: number;
  made_at: string;
  evidence: { field: string; level: string; weight: number; values: [string, string] }[];
}

/** A likelihood as it may be said: rounded down, and never certain, for only a person's word is. */
export function likely(score: number): number {
  return Math.min(Math.floor(score * 1_000 + 1e-9) / 1_000, 0.999);
}

/** What a reason of the server says: its kind, and the namespace or trait that it is about; "limit:line:900" has both. */
export function readReason(reason: string): { kind: string; about: string } {
  const [kind = "", ...about] = reason.split(":");
  return { kind, about: about.join(":") };
}

export type Conflict = components["schemas"]["Contested"];

export interface DoctorReport {
  most_shared: { namespace: string; value: string; seen_with: number }[];
  largest_zones: { example: string; identifiers: number; profiles: number }[];
  rejected: { reason: string; links: number }[];
  conflicts: { namespace: string; value: string; people: number; example: string }[];
  at_limit: { namespace: string; limit: number; profiles: number }[];
  as_of: string;
}

export function useSuggestions() {
  return useQuery({
    queryKey: ["identity", "suggestions"],
    queryFn: ({ signal }) =>
      answer<{ suggestions: Suggestion[]; as_of: string }>(api.GET("/api/identity/suggestions", { signal })),
  });
}

export function useRun() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer<{ suggestions: number }>(api.POST("/api/identity/suggestions/run")),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["identity"] }),
  });
}

export function useJudge() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, word, author }: { id: number; word: "accept" | "refuse"; author: string }) =>
      answer<{ state: string }>(
        api.POST("/api/identity/suggestions/{suggestion_id}/{word}", {
          params: { path: { suggestion_id: id, word } },
          body: { author },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["identity"] }),
        queries.invalidateQueries({ queryKey: ["people"] }),
      ]),
  });
}

export function useConflicts() {
  return useQuery({
    queryKey: ["identity", "conflicts"],
    queryFn: ({ signal }) => answer<components["schemas"]["Conflicts"]>(api.GET("/api/identity/conflicts", { signal })),
  });
}

export function useSettle() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ node, ...verdict }: { node: string; keep: string; author: string; reason: string }) =>
      answer<components["schemas"]["Settled"]>(api.POST("/api/identity/conflicts/{node}", { params: { path: { node } }, body: verdict })),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["identity"] }),
        queries.invalidateQueries({ queryKey: ["people"] }),
      ]),
  });
}

export function useDoctor() {
  return useQuery({
    queryKey: ["identity", "doctor"],
    queryFn: ({ signal }) => answer<DoctorReport>(api.GET("/api/identity/doctor", { signal })),
    staleTime: 60_000,
  });
}
