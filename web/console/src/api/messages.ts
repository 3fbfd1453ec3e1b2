import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** What is read here of one kept message. */
export interface KeptMessage {
  key: string;
  name: string;
  messages: Record<string, unknown>[];
}

/** The library of messages, the one that was saved last first. */
export function useMessages() {
  return useQuery({
    queryKey: ["messages", "kept"],
    queryFn: ({ signal }) => answer<{ messages: KeptMessage[] }>(api.GET("/api/messages", { signal })),
    staleTime: 10_000,
  });
}
