import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Json } from "@/components/message/tree";

type Schemas = components["schemas"];
export type Line = Schemas["NarrowcastLine"];
export type Narrowcast = Schemas["NarrowcastShown"];
export type Previewed = Schemas["NarrowcastPreview"];
export type Figure = Line["report"]["seen"];
export type Act = "start" | "approve" | "cancel";

const ALL = ["narrowcasts"];
const MOVING = new Set(["ready", "prepared", "unknown", "sending"]);
const ROUTES = {
  start: "/api/line/narrowcasts/{key}/start",
  approve: "/api/line/narrowcasts/{key}/approve",
  cancel: "/api/line/narrowcasts/{key}/cancel",
} as const;

export function useNarrowcasts() {
  return useQuery({
    queryKey: [...ALL, "list"],
    queryFn: ({ signal }) => answer<Schemas["NarrowcastList"]>(api.GET("/api/line/narrowcasts", { signal })),
    refetchInterval: 30_000,
  });
}

/** One narrowcast; asked for again soon while it moves. */
export function useNarrowcast(key: string) {
  return useQuery({
    queryKey: [...ALL, "one", key],
    queryFn: ({ signal }) => answer<Narrowcast>(api.GET("/api/line/narrowcasts/{key}", { params: { path: { key } }, signal })),
    refetchInterval: (query) => (query.state.data && MOVING.has(query.state.data.state) ? 3_000 : 60_000),
  });
}

/** How many it can reach at most, what that costs, and what stands against it; nothing is sent. */
export function usePreview(body: Json, wanted: boolean) {
  return useQuery({
    queryKey: [...ALL, "preview", body],
    queryFn: ({ signal }) => answer<Previewed>(api.POST("/api/line/narrowcasts/preview", { body, signal })),
    placeholderData: (before) => before,
    enabled: wanted,
    staleTime: 10_000,
  });
}

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Json) => answer<Schemas["NarrowcastMoved"]>(api.POST("/api/line/narrowcasts", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}

export function useAct(key: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: Act) => answer<Schemas["NarrowcastMoved"]>(api.POST(ROUTES[act], { params: { path: { key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}
