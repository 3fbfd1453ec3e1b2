import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Messages = readonly Record<string, unknown>[];
type Checked = components["schemas"]["Checked"];
type Filled = components["schemas"]["Filled"];
type MessageList = components["schemas"]["MessageList"];

/** The library of messages, the one that was saved last first. */
export function useMessages() {
  return useQuery({
    queryKey: ["messages", "list", false],
    queryFn: ({ signal }) => answer<MessageList>(api.GET("/api/messages", { params: { query: { archived: false } }, signal })),
    staleTime: 10_000,
  });
}

function check(messages: Messages) {
  return queryOptions({
    queryKey: ["message-check", messages],
    queryFn: ({ signal }) => answer<Checked>(api.POST("/api/messages/check", { body: { messages: [...messages] }, signal })),
    staleTime: Infinity,
  });
}

/** What LINE would refuse of what is written now. */
export function useCheck(messages: Messages) {
  return useQuery({ ...check(messages), placeholderData: (before) => before });
}

/** How many places LINE would refuse in all of some versions together. */
export function useFlawCount(versions: readonly Messages[]): number {
  return useQueries({
    queries: versions.map(check),
    combine: (found) => found.reduce((sum, { data }) => sum + (data?.problems.length ?? 0), 0),
  });
}

/** The messages as one person gets them; without a person, as somebody of whom nothing is known does. */
export function useFilled(messages: Messages, profileId: string) {
  return useQuery({
    queryKey: ["message-preview", messages, profileId],
    queryFn: ({ signal }) =>
      answer<Filled>(
        api.POST("/api/messages/preview", { body: { messages: [...messages], ...(profileId ? { person: { profile_id: profileId } } : {}) }, signal }),
      ),
    placeholderData: (before) => before,
    staleTime: Infinity,
    enabled: messages.length > 0,
  });
}
