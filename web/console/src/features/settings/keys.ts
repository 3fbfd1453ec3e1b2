import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Keys = components["schemas"]["Keys"];
export type Key = components["schemas"]["KeyView"];
export type MadeKey = components["schemas"]["MadeKey"];
export interface NewKey {
  name: string;
  scopes: string[];
  days: number | null;
}

const KEYS = ["keys"];

/** The keys that still open something, and the scopes there are. */
export function useKeys() {
  return useQuery({ queryKey: KEYS, queryFn: ({ signal }) => answer<Keys>(api.GET("/api/keys", { signal })) });
}

export function useMakeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) => answer<MadeKey>(api.POST("/api/keys", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS }),
  });
}

export function useRevoke() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key_id: number) => answer(api.DELETE("/api/keys/{key_id}", { params: { path: { key_id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS }),
  });
}
