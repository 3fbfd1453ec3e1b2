import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, sendForm } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Import = Schemas["ImportLine"];
export type ImportWhole = Schemas["ImportWhole"];
export type Report = Schemas["ImportReport"];
export type Looked = Schemas["LookedAt"];
export type Carried = Schemas["ImportCarried"];

const IMPORTS = ["imports"];

export function useImports() {
  return useQuery({
    queryKey: IMPORTS,
    queryFn: ({ signal }) => answer<Import[]>(api.GET("/api/imports", { signal })),
    refetchInterval: (query) => (query.state.data?.some(runs) ? 1_500 : 15_000),
  });
}

export function runs({ state }: { state: string }): boolean {
  return state === "running" || state === "undoing";
}

export function useImport(id: string) {
  return useQuery({
    queryKey: [...IMPORTS, id],
    queryFn: ({ signal }) => answer<ImportWhole>(api.GET("/api/imports/{import_id}", { params: { path: { import_id: id } }, signal })),
    // Until the stream has come past it, people do not show yet what the file said.
    refetchInterval: (query) => (query.state.data && !runs(query.state.data) && query.state.data.absorbed !== false ? false : 1_500),
  });
}

/** What a file holds, and what its columns probably mean; nothing is imported. */
export function useLook() {
  return useMutation({
    mutationFn: ({ file, source }: { file: File; source: string }) => {
      const form = new FormData();
      form.append("source", source);
      form.append("file", file);
      return sendForm<Looked>("/api/imports/look", form);
    },
  });
}

/** Send a file with its mapping; `tryOut` only says what would become of it. */
export function useCarry() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ file, mapping, tryOut }: { file: File; mapping: object; tryOut: boolean }) => {
      const form = new FormData();
      form.append("mapping", JSON.stringify(mapping));
      form.append("dry_run", String(tryOut));
      form.append("file", file);
      return sendForm<Carried>("/api/imports", form);
    },
    onSuccess: (_, { tryOut }) => {
      if (!tryOut) void queries.invalidateQueries({ queryKey: IMPORTS });
    },
  });
}

export function useUndo(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/imports/{import_id}/undo", { params: { path: { import_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: IMPORTS }),
  });
}
