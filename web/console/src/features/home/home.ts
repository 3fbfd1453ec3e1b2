import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Home = components["schemas"]["Home"];
export type HomeFigure = components["schemas"]["Figure"];
export type SourceFreshness = components["schemas"]["SourceFreshness"];

/** The figures of the first page, asked again every half minute while somebody looks. */
export function useHome() {
  return useQuery({
    queryKey: ["home"],
    queryFn: ({ signal }) => answer<Home>(api.GET("/api/home", { signal })),
    refetchInterval: 30_000,
  });
}
