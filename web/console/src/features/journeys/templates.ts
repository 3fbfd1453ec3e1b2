import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Template = Schemas["TemplateShown"];

export function useTemplates() {
  return useQuery({
    queryKey: ["templates"],
    queryFn: ({ signal }) => answer<Schemas["TemplateList"]>(api.GET("/api/templates", { signal })),
    staleTime: Infinity,
  });
}

/** Save a template's segments and journeys as drafts, in the language of the brand's messages. */
export function useMake() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: { key: string; language: string; account: string }) =>
      answer<Schemas["MadeFromTemplate"]>(
        api.POST("/api/templates/{key}/drafts", { params: { path: { key } }, body }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["journeys"] });
      await queries.invalidateQueries({ queryKey: ["segments"] });
    },
  });
}
