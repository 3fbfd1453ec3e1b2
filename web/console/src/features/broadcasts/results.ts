import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export interface LineFigure {
  value: number | null;
  state: "counted" | "fewer" | "not_asked_yet";
  below?: number | null;
}

interface Bounds {
  estimate: number;
  low: number;
  high: number;
  certain: boolean;
}

export interface Arm {
  arm: string;
  people: number;
  sent: number;
  suppressed: Record<string, number>;
  failed: Record<string, number>;
  opened: LineFigure | null;
  clicked: number | null;
  attributed: { results: number; people: number; value: number } | null;
  bought: { people: number; events: number; amount: number } | null;
  blocked_afterwards: number | null;
  cost: { messages: number; money: number; per_result: number | null } | null;
}

export interface Against {
  groups: Record<string, { people: number; converted: number }>;
  lift: { rate: Bounds | null; relative: number | null; revenue: Bounds | null };
  window_days: number;
  complete: boolean;
}

export interface ReportOf {
  key: string;
  winner: string;
  currency: string;
  window_days: number;
  arms: Arm[];
  lift: Against | null;
  as_of: string;
}

export const HELD_OUT = "held_out";

export function useReport(key: string, going: boolean) {
  return useQuery({
    queryKey: ["broadcasts", "report", key],
    queryFn: ({ signal }) => answer<ReportOf>(api.GET("/api/broadcasts/{key}/report", { params: { path: { key } }, signal })),
    refetchInterval: going ? 5_000 : 30_000,
  });
}

/** One measure of a report: its number, and of what it is a share. */
export interface Measure {
  name: "sent" | "opened" | "clicked" | "orders" | "revenue" | "bought" | "blocked" | "cost" | "perResult";
  /** null: there is none. A text: why there is none. */
  value: number | string | null;
  share: number | null;
  money?: boolean;
}

/** Why LINE has no number to give: not asked yet, or too few people to be told. */
function atLine(figure: LineFigure | null): number | string | null {
  if (!figure) return null;
  return figure.state === "counted" ? figure.value : figure.state;
}

/** Everything that is measured of an arm that messages went to. */
export function measures(arm: Arm): Measure[] {
  const part = (value: number | string | null | undefined, of: number) => (typeof value === "number" && of ? value / of : null);
  const opened = atLine(arm.opened);
  return [
    { name: "sent", value: arm.sent, share: part(arm.sent, arm.people) },
    { name: "opened", value: opened, share: part(opened, arm.sent) },
    { name: "clicked", value: arm.clicked, share: part(arm.clicked, arm.sent) },
    { name: "orders", value: arm.attributed?.results ?? null, share: null },
    { name: "revenue", value: arm.attributed?.value ?? null, share: null, money: true },
    { name: "bought", value: arm.bought?.people ?? null, share: part(arm.bought?.people, arm.sent) },
    { name: "blocked", value: arm.blocked_afterwards, share: part(arm.blocked_afterwards, arm.sent) },
    { name: "cost", value: arm.cost?.money ?? null, share: null, money: true },
    { name: "perResult", value: arm.cost?.per_result ?? null, share: null, money: true },
  ];
}

function sum(arms: readonly Arm[], count: (arm: Arm) => number | null | undefined): number {
  return arms.reduce((total, arm) => total + (count(arm) ?? 0), 0);
}

function merged(arms: readonly Arm[], of: "suppressed" | "failed"): Record<string, number> {
  const found: Record<string, number> = {};
  for (const arm of arms) for (const [reason, people] of Object.entries(arm[of])) found[reason] = (found[reason] ?? 0) + people;
  return found;
}

function seen(arms: readonly Arm[]): LineFigure | null {
  const figures = arms.flatMap(({ opened }) => (opened ? [opened] : []));
  const other = figures.find(({ state }) => state !== "counted");
  // A sum of which LINE holds a part back would be too small.
  if (figures.length === 0 || other) return other ?? null;
  return { state: "counted", value: figures.reduce((total, { value }) => total + (value ?? 0), 0) };
}

/** All arms that messages went to, as one. */
export function together(arms: readonly Arm[]): Arm {
  const told = arms.filter(({ arm }) => arm !== HELD_OUT);
  const results = sum(told, ({ attributed }) => attributed?.results);
  const money = sum(told, ({ cost }) => cost?.money);
  return {
    arm: "",
    people: sum(told, ({ people }) => people),
    sent: sum(told, ({ sent }) => sent),
    suppressed: merged(told, "suppressed"),
    failed: merged(told, "failed"),
    opened: seen(told),
    clicked: sum(told, ({ clicked }) => clicked),
    attributed: { results, people: sum(told, ({ attributed }) => attributed?.people), value: sum(told, ({ attributed }) => attributed?.value) },
    bought: {
      people: sum(told, ({ bought }) => bought?.people),
      events: sum(told, ({ bought }) => bought?.events),
      amount: sum(told, ({ bought }) => bought?.amount),
    },
    blocked_afterwards: sum(told, ({ blocked_afterwards: blocked }) => blocked),
    cost: { messages: sum(told, ({ cost }) => cost?.messages), money, per_result: results ? money / results : null },
  };
}
