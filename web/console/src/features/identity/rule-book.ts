import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type RuleCard = components["schemas"]["RuleCard"];
export type RulesAtWork = components["schemas"]["RulesAtWork"];

export type RuleVersion = components["schemas"]["RuleVersion"];
export type RuleExamples = components["schemas"]["RuleExamples"];
export interface Mistake {
  line: number;
  sentence: string;
}

export const UNDER_WAY = ["asked", "checking", "ready"];
const RULES = ["identity", "rules"];
const WATCH_MS = 1_500;

export function useRules() {
  return useQuery({
    queryKey: RULES,
    queryFn: ({ signal }) => answer<components["schemas"]["RulesView"]>(api.GET("/api/identity/rules", { signal })),
    refetchInterval: ({ state }) =>
      state.data?.versions.some((one) => UNDER_WAY.includes(one.state)) ? WATCH_MS : false,
  });
}

/** What is wrong with a file, line by line; nothing is changed. */
export function useCheck() {
  return useMutation({
    mutationFn: (text: string) =>
      answer<{ valid: boolean; problems: Mistake[] }>(api.POST("/api/identity/rules/check", { body: { text } })),
  });
}

export function useChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { text: string; author: string; reason: string }) =>
      answer<RuleVersion>(api.PUT("/api/identity/rules", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: RULES }),
  });
}

export function useWord() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, word, author }: { version: number; word: "confirm" | "refuse"; author: string }) =>
      answer<RuleVersion>(
        api.POST("/api/identity/rules/{version}/{word}", { params: { path: { version, word } }, body: { author } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: RULES }),
  });
}
