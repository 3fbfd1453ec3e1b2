import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Identifier } from "@/components/identifiers";

export interface Person {
  profile_id: string;
  name: string;
  identifiers: Identifier[];
  tier: string;
  tags: string[];
  friend_of: string[];
  bound: boolean;
  first_seen_at: string;
}

export interface Found {
  people: Person[];
  more: boolean;
  as_of: string;
}

export interface TraitValue {
  value: unknown;
  source: string;
  at: string;
}

export interface Profile {
  profile_id: string;
  name: string;
  identifiers: Identifier[];
  traits: Record<string, TraitValue>;
  tags: string[];
  consents: string[];
  line_friend_of: string[];
  segments: string[];
  first_seen_at: string;
  as_of: string;
}

export interface TimelineEvent {
  event: string;
  type: string;
  source: string;
  at: string;
  message_id: string;
  properties: Record<string, unknown>;
  log_offset: number;
}

interface Timeline {
  events: TimelineEvent[];
  older: string | null;
  as_of: string;
}

const PAGE = 50;

const COUPONS_MAX = 10;

/** The newest coupons that a person was given or redeemed. */
export function useCoupons(profileId: string, events: readonly string[]) {
  return useQuery({
    queryKey: ["people", profileId, "coupons"],
    queryFn: ({ signal }) =>
      answer<Timeline>(
        api.GET("/api/profiles/{profile_id}/timeline", {
          params: { path: { profile_id: profileId }, query: { limit: COUPONS_MAX, events: [...events] } },
          signal,
        }),
      ),
    select: ({ events: found }) => found,
    staleTime: 60_000,
  });
}

/** Whom a text leads to, asked anew as it is typed; the text travels in the body, for it is personal. */
export function useSearch(text: string) {
  return useQuery({
    queryKey: ["people", "search", text],
    queryFn: ({ signal }) => answer<Found>(api.POST("/api/people/search", { body: { text, limit: 30 }, signal })),
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
}

export function useProfile(profileId: string) {
  return useQuery({
    queryKey: ["people", profileId],
    queryFn: ({ signal }) =>
      answer<Profile>(api.GET("/api/profiles/{profile_id}", { params: { path: { profile_id: profileId } }, signal })),
    refetchInterval: 15_000,
  });
}

/** What happened to a person, the newest first; what is new comes by itself. */
export function useTimeline(profileId: string, events: readonly string[]) {
  return useInfiniteQuery({
    queryKey: ["people", profileId, "timeline", events],
    queryFn: ({ pageParam, signal }) =>
      answer<Timeline>(
        api.GET("/api/profiles/{profile_id}/timeline", {
          params: {
            path: { profile_id: profileId },
            query: { limit: PAGE, ...(events.length ? { events: [...events] } : {}), ...(pageParam ? { older: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.older ?? undefined,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
}
