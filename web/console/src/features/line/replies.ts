import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Json } from "@/components/message/tree";

type Schemas = components["schemas"];
export type Reply = Schemas["AutoReplyView"];
export type Tried = Schemas["Tried"];

export const MATCHES = ["contains", "exact", "starts", "words"] as const;
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const KINDS = ["keywords", "any", "follow", "returning", "postback"] as const;
export type Kind = (typeof KINDS)[number];

export interface Keyword {
  match: string;
  text: string;
}

/** A rule as its form holds it. */
export interface Draft {
  key: string;
  name: string;
  kind: Kind;
  keywords: Keyword[];
  data: string;
  account: string;
  rank: number;
  goesOn: boolean;
  /** Asks, after its messages, whether to cut friend and member apart. */
  unbinds: boolean;
  bound: "" | "yes" | "no";
  hours: { days: string[]; from: string; until: string; outside: boolean } | null;
  tags: string[];
  messages: Json[];
}

export function blank(now: Date): Draft {
  return {
    key: `reply-${now.getTime().toString(36)}`,
    name: "",
    kind: "keywords",
    keywords: [{ match: "contains", text: "" }],
    data: "",
    account: "",
    rank: 100,
    goesOn: false,
    unbinds: false,
    bound: "",
    hours: null,
    tags: [],
    messages: [{ type: "text", text: "" }],
  };
}

/** What a form says as the rule that the server keeps. */
export function ruleOf(draft: Draft): Json {
  return {
    key: draft.key,
    name: draft.name,
    ...(draft.account ? { account: draft.account } : {}),
    rank: draft.rank,
    ...(draft.goesOn ? { goes_on: true } : {}),
    ...(draft.unbinds ? { act: "unbind" } : {}),
    ...(draft.bound ? { bound: draft.bound === "yes" } : {}),
    ...(draft.hours ? { hours: draft.hours } : {}),
    ...(draft.tags.length ? { tags: draft.tags } : {}),
    on: trigger(draft),
    messages: draft.messages,
  };
}

function trigger(draft: Draft): Json {
  switch (draft.kind) {
    case "keywords":
      return { kind: "message", keywords: draft.keywords.filter(({ text }) => text.trim() !== "") };
    case "any":
      return { kind: "message" };
    case "follow":
      return { kind: "follow", returning: false };
    case "returning":
      return { kind: "follow", returning: true };
    case "postback":
      return { kind: "postback", data: draft.data };
  }
}

/** A kept rule as its form holds it; null for one that a form does not make, such as that of a join source. */
export function draftOf(rule: Json): Draft | null {
  const on = (rule["on"] ?? {}) as Json;
  const kind = kindOf(on);
  if (!kind) return null;
  const kept = rule as Partial<Record<string, never>>;
  return {
    ...blank(new Date(0)),
    key: kept["key"] ?? "",
    name: kept["name"] ?? "",
    kind,
    keywords: (on["keywords"] as Keyword[] | undefined) ?? [],
    data: (on["data"] as string | undefined) ?? "",
    account: kept["account"] ?? "",
    rank: kept["rank"] ?? 100,
    goesOn: kept["goes_on"] ?? false,
    unbinds: rule["act"] === "unbind",
    bound: rule["bound"] === undefined ? "" : rule["bound"] ? "yes" : "no",
    hours: hoursOf(rule["hours"] as Draft["hours"] | undefined),
    tags: kept["tags"] ?? [],
    messages: kept["messages"] ?? [],
  };
}

function hoursOf(hours: Draft["hours"] | undefined): Draft["hours"] {
  return hours ? { ...hours, outside: hours.outside ?? false } : null;
}

export function kindOf(on: Json): Kind | null {
  if (on["kind"] === "message") return on["keywords"] ? "keywords" : "any";
  if (on["kind"] === "postback") return "postback";
  // A rule for both, which only JSON makes, is shown as that for new friends would be wrong: it has no form.
  if (on["kind"] === "follow" && on["returning"] !== undefined) return on["returning"] ? "returning" : "follow";
  return null;
}

const REPLIES = ["replies"];

export function useReplies() {
  return useQuery({
    queryKey: REPLIES,
    queryFn: ({ signal }) => answer<Schemas["AutoReplyList"]>(api.GET("/api/auto-replies", { signal })),
  });
}

export function useSaveReply() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ rule, live }: { rule: Json; live: boolean }) =>
      answer(api.PUT("/api/auto-replies/{key}", { params: { path: { key: String(rule["key"] as string) } }, body: { rule, live } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: REPLIES }),
  });
}

export function useDropReply() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/auto-replies/{key}", { params: { path: { key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: REPLIES }),
  });
}

export function useTry() {
  return useMutation({
    mutationFn: (body: { kind: string; text?: string; data?: string; returning?: boolean; account?: string }) =>
      answer<Tried>(api.POST("/api/auto-replies/try", { body })),
  });
}
