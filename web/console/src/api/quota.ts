import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type AccountMonth = components["schemas"]["AccountMonth"];

/** What this month has used and has left, per LINE account. */
export function useQuota() {
  return useQuery({
    queryKey: ["quota"],
    queryFn: ({ signal }) => answer<components["schemas"]["Quota"]>(api.GET("/api/quota", { signal })),
    refetchInterval: 60_000,
  });
}
