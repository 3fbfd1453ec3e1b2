import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Json } from "@/components/message/tree";
import { useLanguage } from "@/lib/language";

export type Kept = components["schemas"]["KeptMessage"];
type MessageList = components["schemas"]["MessageList"];
type Versions = components["schemas"]["MessageVersions"];
type Saved = components["schemas"]["MessageSaved"];
export type TestSent = components["schemas"]["TestSent"];

const MESSAGES = ["messages"];

export function useMessages(archived: boolean) {
  return useQuery({
    queryKey: [...MESSAGES, "list", archived],
    queryFn: ({ signal }) => answer<MessageList>(api.GET("/api/messages", { params: { query: { archived } }, signal })),
  });
}

export function useMessage(key: string, version: number | null) {
  return useQuery({
    queryKey: [...MESSAGES, "one", key, version],
    queryFn: ({ signal }) =>
      answer<Kept>(api.GET("/api/messages/{key}", { params: { path: { key }, query: version === null ? {} : { version } }, signal })),
    enabled: key !== "",
    // What is being edited is not replaced under the hands of who edits it.
    refetchOnWindowFocus: false,
  });
}

export function useVersions(key: string, wanted: boolean) {
  return useQuery({
    queryKey: [...MESSAGES, "versions", key],
    queryFn: ({ signal }) => answer<Versions>(api.GET("/api/messages/{key}/versions", { params: { path: { key } }, signal })),
    enabled: wanted,
  });
}

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, name, messages }: { key: string; name: string; messages: Json[] }) =>
      answer<Saved>(api.PUT("/api/messages/{key}", { params: { path: { key } }, body: { name, messages } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: MESSAGES }),
  });
}

export function useArchive() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/messages/{key}", { params: { path: { key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: MESSAGES }),
  });
}

export function useTest() {
  return useMutation({
    mutationFn: ({ key, account, people }: { key: string; account: string; people: string[] }) =>
      answer<TestSent>(
        api.POST("/api/messages/{key}/test", {
          params: { path: { key } },
          body: { account, people: people.map((profile_id) => ({ profile_id })) },
        }),
      ),
  });
}

interface Estimate {
  audience: { reachable: number };
  messages: number;
  fits: boolean;
  sentence: string;
}

/** Whom a send reaches and what it costs: everybody who may be written to, or a segment of them. */
export function useEstimate(account: string, segment: string) {
  const language = useLanguage();
  return useQuery({
    queryKey: ["message-estimate", account, segment, language],
    queryFn: ({ signal }) =>
      answer<Estimate>(api.POST("/api/cost/estimate", { body: { account, language, ...(segment ? { segment } : {}) }, signal })),
    enabled: account !== "",
  });
}
