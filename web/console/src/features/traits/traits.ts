import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const MODELS = ["nes", "napl", "rfm"] as const;
export type Model = (typeof MODELS)[number];
export type Thresholds = Record<string, string | number | number[]>;

/** How people spread: over classes, over ranges of a number, or over the values of a measure. */
export interface Spread {
  classes?: { label: string; people: number }[];
  ranges?: { from: number | null; below: number | null; people: number }[];
  most?: { value: string | number | boolean; people: number }[];
  without: number;
  as_of: string;
}

export interface Trait {
  key: string;
  name: string;
  definition: Record<string, unknown>;
  model: { model: string; thresholds: Thresholds } | null;
  author: string;
  updated_at: string;
}

export interface TraitShown extends Trait, Spread {
  used_by: { kind: string; key: string }[];
}

interface ModelReport {
  model: Model;
  thresholds: Thresholds | null;
  traits: ({ key: string } & Spread)[];
  as_of: string;
}

interface ModelLine {
  model: Model;
  name: string;
  thresholds: Thresholds;
  used: Thresholds | null;
}

const TRAITS = ["traits"];

export function useModels() {
  return useQuery({
    queryKey: [...TRAITS, "models"],
    queryFn: ({ signal }) => answer<{ models: ModelLine[] }>(api.GET("/api/traits/models", { signal })),
  });
}

/** How many people are in each class of a model; it reads all of history. */
export function useModelReport(model: Model, wanted: boolean) {
  return useQuery({
    queryKey: [...TRAITS, "report", model],
    queryFn: ({ signal }) => answer<ModelReport>(api.GET("/api/traits/models/{model}/report", { params: { path: { model } }, signal })),
    enabled: wanted,
    staleTime: 60_000,
  });
}

/** The median time between two purchases, and of how many people it is. */
export function useCycle() {
  return useQuery({
    queryKey: [...TRAITS, "cycle"],
    queryFn: ({ signal }) => answer<{ days: number | null; people: number; as_of: string }>(api.GET("/api/traits/models/cycle", { signal })),
    staleTime: 60_000,
  });
}

export function useUseModel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ model, thresholds }: { model: Model; thresholds: Thresholds }) =>
      answer<{ thresholds: Thresholds }>(api.PUT("/api/traits/models/{model}", { params: { path: { model } }, body: { thresholds } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: TRAITS }),
  });
}

export function useTraits() {
  return useQuery({
    queryKey: [...TRAITS, "list"],
    queryFn: ({ signal }) => answer<{ traits: Trait[] }>(api.GET("/api/traits", { signal })),
  });
}

export function useTrait(key: string) {
  return useQuery({
    queryKey: [...TRAITS, "one", key],
    queryFn: ({ signal }) => answer<TraitShown>(api.GET("/api/traits/{key}", { params: { path: { key } }, signal })),
    staleTime: 30_000,
  });
}

export function useMake() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { key: string; name: string; definition: Record<string, unknown> }) => answer<Trait>(api.POST("/api/traits", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: TRAITS }),
  });
}

export function useDrop() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/traits/{key}", { params: { path: { key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: TRAITS }),
  });
}
