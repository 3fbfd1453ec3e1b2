import { useMutation, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import { present } from "@/lib/format";

type Schemas = components["schemas"];
export type Savings = Schemas["Savings"];
export type Dormant = Schemas["Dormant"];
export type Attribution = Schemas["Attribution"];
export type Cohort = Schemas["Cohort"];
export type Incremental = Schemas["Incremental"];

export const WINDOW_DAYS = 7;
export const SPAN_DAYS = 30;
const DAY_MS = 86_400_000;

export function useSavings(account: string) {
  return useQuery({
    queryKey: ["reports", "savings", account],
    queryFn: ({ signal }) => answer<Savings>(api.GET("/api/cost/savings/{account}", { params: { path: { account } }, signal })),
  });
}

export function useDormant(account: string, days: number) {
  return useQuery({
    queryKey: ["reports", "dormant", account, days],
    queryFn: ({ signal }) =>
      answer<Dormant>(api.GET("/api/cost/dormant/{account}", { params: { path: { account }, query: { days } }, signal })),
    placeholderData: (before) => before,
  });
}

/** Orders of the last days, each given to the message whose link was opened last before it. */
export function useAttribution() {
  return useQuery({
    queryKey: ["reports", "attribution"],
    queryFn: ({ signal }) => {
      const end = present();
      const start = new Date(end.getTime() - SPAN_DAYS * DAY_MS);
      const query = { start: start.toISOString(), end: end.toISOString(), window_days: WINDOW_DAYS };
      return answer<Attribution>(api.GET("/api/reports/attribution", { params: { query }, signal }));
    },
    staleTime: 60_000,
  });
}

/** People by the month of their first order, and how many of them buy in each month after it. */
export function useCohorts() {
  return useQuery({
    queryKey: ["reports", "cohorts"],
    queryFn: ({ signal }) => answer<Schemas["Cohorts"]>(api.GET("/api/reports/cohorts", { signal })),
    staleTime: 60_000,
  });
}

/** What a journey brought beyond those whom chance held out of it. */
export function useLift() {
  return useMutation({
    mutationFn: (journey: string) => {
      const of = { property: "journey", op: "eq", value: journey };
      const held = { property: "arm", op: "eq", value: "held_out" };
      return answer<Incremental>(
        api.POST("/api/reports/lift", {
          body: {
            treated: { event: "experiment_assigned", where: { all: [of, { not: held }] } },
            held_out: { event: "experiment_assigned", where: { all: [of, held] } },
            outcome: { event: "Order Completed", window: { last: `P${SPAN_DAYS}D` } },
          },
        }),
      );
    },
  });
}

export interface OriginRow {
  origin: string;
  messages: number;
  orders: number;
  people: number;
  value: number;
}

/** Messages of a month beside the orders that came by them; the most valuable first. */
export function originRows(savings: Savings | undefined, attribution: Attribution | undefined): OriginRow[] {
  const rows = new Map<string, OriginRow>();
  const of = (origin: string) => {
    const row = rows.get(origin) ?? { origin, messages: 0, orders: 0, people: 0, value: 0 };
    rows.set(origin, row);
    return row;
  };
  for (const { origin, messages } of savings?.origins ?? []) of(origin).messages += messages;
  for (const { origin, results, people, value } of attribution?.by["clicked"]?.origins ?? []) {
    if (!origin) continue;
    const row = of(origin);
    row.orders += results;
    row.people += people;
    row.value += value;
  }
  return [...rows.values()].sort((a, b) => b.value - a.value || b.messages - a.messages || a.origin.localeCompare(b.origin));
}
