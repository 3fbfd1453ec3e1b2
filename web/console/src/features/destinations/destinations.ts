import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Destination = Schemas["DestinationView"];
export type Saved = Schemas["DestinationSaved"];

export const NAMESPACES = ["member_id", "email", "phone", "line", "pos_card"] as const;

/** What a form says of a destination. */
export interface Draft {
  key: string;
  segment: string;
  url: string;
  identifiers: string[];
  without_consent: string;
  new_secret: boolean;
}

export function draftOf(of?: Destination): Draft {
  return {
    key: of?.key ?? "",
    segment: of?.segment ?? "",
    url: of?.definition.url ?? "",
    identifiers: of?.definition.identifiers ?? ["member_id"],
    without_consent: of?.definition.without_consent ?? "",
    new_secret: false,
  };
}

const KEY = ["destinations"];

/** The systems that are kept told of segments; while one of them is told, what waits is asked for again soon. */
export function useDestinations() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => answer<Schemas["DestinationList"]>(api.GET("/api/segments/destinations", { signal })),
    refetchInterval: (query) =>
      query.state.data?.destinations.some(({ state, waiting, wants_full }) => state === "live" && (waiting > 0 || wants_full)) ? 2_000 : 30_000,
  });
}

function useChange<T, A>(change: (given: T) => Promise<A>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: KEY }) });
}

export function useSaveDestination() {
  return useChange(({ key, ...body }: Draft) => answer<Saved>(api.PUT("/api/segments/destinations/{key}", { params: { path: { key } }, body: { ...body } })));
}

export function useSwitchDestination() {
  return useChange(({ key, action }: { key: string; action: "pause" | "resume" }) =>
    answer(api.POST("/api/segments/destinations/{key}/{action}", { params: { path: { key, action } } })),
  );
}

export function useDropDestination() {
  return useChange((key: string) => answer(api.DELETE("/api/segments/destinations/{key}", { params: { path: { key } } })));
}
