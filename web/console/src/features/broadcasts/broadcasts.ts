import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Json } from "@/components/message/tree";

export interface BroadcastLine {
  key: string;
  name: string;
  account: string;
  state: string;
  author: string;
  approved_by: string;
  approved_at: string | null;
  start_at: string | null;
  created_at: string;
  updated_at: string | null;
  started_at: string | null;
  frozen: number | null;
  frozen_at: string | null;
  planned: number;
  /** Of a line of the list: some of its messages have not come to an end. */
  waiting?: boolean;
  winner: string;
}

/** A broadcast as it was saved. */
export interface Definition {
  account: string;
  purpose: string;
  variants: { name: string; share: number; messages: Json[] }[];
  segment: string | null;
  exclude: string[];
  holdout: number;
  trial: { percent: number; after_minutes: number } | null;
  start_at: string | null;
  local: string | null;
  per_minute: number | null;
  quiet_from: string | null;
  quiet_until: string | null;
  any_hour: boolean;
  expected: number | null;
}

export interface Broadcast extends BroadcastLine {
  definition: Definition;
  sends: { arm: string; state: string; reason: string; people: number }[];
  refusals: { step: string; pointer: string; sentence: string; at: string }[];
  progress: {
    recipients: number | null;
    done: number;
    left: number;
    per_minute: number;
    done_at: string | null;
    slow: boolean;
  };
  as_of: string;
}

export interface Previewed {
  recipients: number;
  reachable: number;
  messages: number;
  cost: { currency: string; money: number; inside_plan: number; beyond_plan: number; month_money: number; fits: boolean };
  out: { not_friend: number; no_consent: number };
  needs_approval: boolean;
  as_of: string;
}

export type Act = "start" | "approve" | "confirm" | "cancel" | "stop" | "resume";

const ALL = ["broadcasts"];
const RUNNING = new Set(["planning", "planned", "ready"]);

export function useBroadcasts() {
  return useQuery({
    queryKey: [...ALL, "list"],
    queryFn: ({ signal }) => answer<{ broadcasts: BroadcastLine[]; as_of: string }>(api.GET("/api/broadcasts", { signal })),
    refetchInterval: 30_000,
  });
}

/** One broadcast; asked for again soon while it is on its way. */
export function useBroadcast(key: string, live: boolean) {
  return useQuery({
    queryKey: [...ALL, "one", key],
    queryFn: ({ signal }) => answer<Broadcast>(api.GET("/api/broadcasts/{key}", { params: { path: { key } }, signal })),
    enabled: key !== "",
    refetchOnWindowFocus: live,
    refetchInterval: (query) => {
      const found = query.state.data;
      if (!live || !found || !RUNNING.has(found.state)) return false;
      return found.state === "planned" && found.progress.left === 0 ? 30_000 : 2_000;
    },
  });
}

/** Whom it would reach now, and what that costs; nothing is sent. */
export function usePreview(body: Json, wanted: boolean) {
  return useQuery({
    queryKey: [...ALL, "preview", body],
    queryFn: ({ signal }) => answer<Previewed>(api.POST("/api/broadcasts/preview", { body, signal })),
    placeholderData: (before) => before,
    enabled: wanted,
    staleTime: 10_000,
  });
}

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Json) => answer<{ key: string; state: string }>(api.POST("/api/broadcasts", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}

export function useTest() {
  return useMutation({
    mutationFn: ({ key, variant, people }: { key: string; variant: string; people: string[] }) =>
      answer<{ found: number; asked: number }>(
        api.POST("/api/broadcasts/{key}/test", {
          params: { path: { key } },
          body: { variant, people: people.map((profile_id) => ({ profile_id })) },
        }),
      ),
  });
}

const ROUTES = {
  start: "/api/broadcasts/{key}/start",
  approve: "/api/broadcasts/{key}/approve",
  confirm: "/api/broadcasts/{key}/confirm",
  cancel: "/api/broadcasts/{key}/cancel",
  stop: "/api/broadcasts/{key}/stop",
  resume: "/api/broadcasts/{key}/resume",
} as const;

export function useAct(key: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: Act) => answer(api.POST(ROUTES[act], { params: { path: { key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}

/** Let those have it whom a budget or the month's quota had not reached for. */
export function useGoOn(key: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/cost/budgets/resume", { body: { origin: `broadcast:${key}` } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ALL }),
  });
}

/** The state as a person sees it: what has nothing left to send is done. */
export function stateOf(one: { state: string; progress?: { left: number }; waiting?: boolean }): string {
  return one.state === "planned" && (one.progress?.left === 0 || one.waiting === false) ? "done" : one.state;
}

export function touchedAt(one: BroadcastLine): string {
  return one.updated_at ?? one.created_at;
}

/** When it goes out, or went; what has no moment yet stands where it was last touched. */
export function momentOf(one: BroadcastLine): string {
  return one.start_at ?? one.started_at ?? touchedAt(one);
}
