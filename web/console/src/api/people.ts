import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Person = components["schemas"]["Person"];

/** People by what somebody typed; what is typed goes in the body, for addresses are written into logs. */
export function usePeople(text: string) {
  return useQuery({
    queryKey: ["people-found", text],
    queryFn: ({ signal }) => answer<components["schemas"]["Found"]>(api.POST("/api/people/search", { body: { text, limit: 8 }, signal })),
    enabled: text.trim() !== "",
    placeholderData: (before) => before,
  });
}
