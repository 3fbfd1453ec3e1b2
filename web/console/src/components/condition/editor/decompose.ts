import type { Condition, Where, Window } from "@/components/condition/condition";
import {
  conditionOf,
  type ConsentRow,
  type Draft,
  type EventRow,
  type Filter,
  type FriendRow,
  type MessageRow,
  nextId,
  type Row,
  type SegmentRow,
  type TagRow,
  type TraitRow,
} from "@/components/condition/editor/draft";

/** Take a condition apart into a draft. Whatever the form has no fields for becomes a row that is kept as it is. */
export function decompose(condition: Condition): Draft {
  if (condition.include)
    return { ...decompose(condition.include), exclude: condition.exclude ? anyOf(condition.exclude).map(rowOf) : [] };
  const parts = condition.all ?? [condition];
  const nots = parts.filter((part) => part.not);
  const meant = parts.filter((part) => !part.not);
  const exclude = nots.flatMap((part) => (part.not ? anyOf(part.not) : [])).map(rowOf);
  const [only] = meant;
  if (meant.length === 1 && only?.any) return { joint: "any", include: only.any.map(rowOf), exclude };
  return { joint: "all", include: meant.map(rowOf), exclude };
}

function anyOf(condition: Condition): Condition[] {
  return condition.any ?? [condition];
}

function rowOf(condition: Condition): Row {
  const id = nextId();
  const whole = condition.event && !condition.op ? { measure: { fn: "count" }, op: "gte", value: 1, ...condition } : condition;
  const row = known(whole);
  // A row stands for a condition only if it says the very same again.
  if (row && JSON.stringify(sorted(conditionOf({ id, ...row }))) === JSON.stringify(sorted(whole))) return { id, ...row };
  return { id, kind: "other", condition };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inside]) => [name, sorted(inside)]),
  );
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function filtersOf(where: Where | undefined): Filter[] {
  const parts = where ? (where.all ?? [where]) : [];
  return parts.map(({ property = "", op = "eq", value }) => ({ property, op, value: text(value) }));
}

function daysIn(window: Window | undefined): string {
  return window && "last" in window ? (/^P(\d+)D$/.exec(window.last)?.[1] ?? "") : "";
}

function known(condition: Condition): EventRow | TraitRow | TagRow | SegmentRow | FriendRow | ConsentRow | MessageRow | null {
  const { op = "", value, measure, window } = condition;
  if (condition.event)
    return {
      kind: "event",
      event: condition.event,
      fn: measure?.fn ?? "count",
      property: measure?.property ?? "",
      op: op || "gte",
      value: op ? (typeof value === "number" ? value.toLocaleString("en-US") : text(value)) : "1",
      days: daysIn(window),
      where: filtersOf(condition.where),
    };
  if (condition.trait) return { kind: "trait", trait: condition.trait, op, value: text(value) };
  if (condition.tag) return { kind: "tag", tag: condition.tag };
  if (condition.segment) return { kind: "segment", segment: condition.segment };
  if (condition.line_friend) return { kind: "friend", account: condition.line_friend };
  if (condition.message)
    return { kind: "message", did: condition.message.did, origin: condition.message.origin ?? "", days: daysIn(window) };
  if (condition.consent) return { kind: "consent", ...condition.consent };
  return null;
}
