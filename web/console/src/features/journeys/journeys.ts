import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Definition, Kinds } from "@/features/journeys/definition";

type Schemas = components["schemas"];
export type JourneyLine = Schemas["JourneyLine"];
export type DraftProblem = Schemas["DraftProblem"];
export type Rehearsed = Schemas["Rehearsed"];
export type Journey = Omit<Schemas["JourneyShown"], "definition"> & { definition: Definition };
export type JourneyVersionLine = Schemas["JourneyVersionLine"];

const at = (key: string) => ({ params: { path: { key } } });

export function useJourneys() {
  return useQuery({
    queryKey: ["journeys", "list"],
    queryFn: ({ signal }) => answer<Schemas["JourneyList"]>(api.GET("/api/journeys", { signal })),
    refetchInterval: 15_000,
  });
}

/** What a journey can be made of. It changes with the version of the server only. */
export function useKinds() {
  return useQuery({
    queryKey: ["journeys", "kinds"],
    queryFn: ({ signal }) => answer<Kinds>(api.GET("/api/journeys/kinds", { signal })),
    staleTime: Infinity,
  });
}

export function useJourney(key: string, live = false) {
  return useQuery({
    queryKey: ["journeys", key, "one"],
    queryFn: ({ signal }) => answer<Journey>(api.GET("/api/journeys/{key}", { ...at(key), signal })),
    enabled: key !== "",
    ...(live ? { refetchInterval: 3_000 } : { staleTime: Infinity }),
  });
}

export function useCounts(key: string) {
  return useQuery({
    queryKey: ["journeys", key, "counts"],
    queryFn: ({ signal }) => answer<Schemas["JourneyCounts"]>(api.GET("/api/journeys/{key}/counts", { ...at(key), signal })),
    refetchInterval: 5_000,
  });
}

/** Who stands on a step, a page at a time. */
export function usePeople(key: string, step: string) {
  return useInfiniteQuery({
    queryKey: ["journeys", key, "people", step],
    queryFn: ({ pageParam, signal }) =>
      answer<Schemas["JourneyPeople"]>(
        api.GET("/api/journeys/{key}/people", {
          params: { path: { key }, query: { step, limit: 20, after: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 5_000,
  });
}

export function useVersions(key: string) {
  return useQuery({
    queryKey: ["journeys", key, "versions"],
    queryFn: ({ signal }) =>
      answer<Schemas["JourneyVersions"]>(api.GET("/api/journeys/{key}/versions", { ...at(key), signal })),
  });
}

export function useVersion(key: string, version: number | null) {
  return useQuery({
    queryKey: ["journeys", key, "version", version],
    queryFn: async ({ signal }) => {
      const found = await answer<Schemas["JourneyVersion"]>(
        api.GET("/api/journeys/{key}/versions/{version}", { params: { path: { key, version: version ?? 0 } }, signal }),
      );
      return found.definition as unknown as Definition;
    },
    enabled: version !== null,
    staleTime: Infinity,
  });
}

export function useErrors(key: string) {
  return useQuery({
    queryKey: ["journeys", key, "errors"],
    queryFn: ({ signal }) => answer<Schemas["JourneyErrors"]>(api.GET("/api/journeys/{key}/errors", { ...at(key), signal })),
    refetchInterval: 10_000,
  });
}

export function useExperiments(key: string) {
  return useQuery({
    queryKey: ["journeys", key, "experiments"],
    queryFn: ({ signal }) =>
      answer<Schemas["Experiments"]>(api.GET("/api/journeys/{key}/experiments", { ...at(key), signal })),
    refetchInterval: 15_000,
  });
}

/** Everything that keeps a draft from going live; asked anew with every change, the last answer stays until the next. */
export function useProblems(definition: Definition) {
  return useQuery({
    queryKey: ["journeys", "validate", definition],
    queryFn: ({ signal }) =>
      answer<Schemas["Validated"]>(api.POST("/api/journeys/validate", { body: { definition }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 60_000,
  });
}

export function useRehearse() {
  return useMutation({
    mutationFn: (body: { definition: Definition; days: number }) =>
      answer<Rehearsed>(api.POST("/api/journeys/dry-run", { body: { ...body } })),
  });
}

function useChange<V, R>(change: (values: V) => Promise<R>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["journeys"] }),
  });
}

export function useSave() {
  return useChange((body: { definition: Definition; state: string; running: "finish" | "move"; unfinished: boolean }) =>
    answer<Schemas["SavedJourney"]>(api.POST("/api/journeys", { body: { ...body } })),
  );
}

export function useSwitch(key: string) {
  return useChange((state: string) =>
    answer<Schemas["SwitchedJourney"]>(api.PUT("/api/journeys/{key}/state", { ...at(key), body: { state } })),
  );
}

export function useReplay(key: string) {
  return useChange(() => answer<Schemas["JourneyReplayed"]>(api.POST("/api/journeys/{key}/errors/replay", at(key))));
}
