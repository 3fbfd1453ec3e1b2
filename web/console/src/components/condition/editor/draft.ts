import type { Condition, Where } from "@/components/condition/condition";

/** A condition while it is being written: rows that may be half finished. Only whole rows become a condition. */
export interface Draft {
  joint: "all" | "any";
  include: Row[];
  exclude: Row[];
}

export type Row = { id: number } & (EventRow | TraitRow | TagRow | SegmentRow | FriendRow | ConsentRow | MessageRow | OtherRow);

export interface EventRow {
  kind: "event";
  event: string;
  fn: string;
  property: string;
  op: string;
  value: string;
  days: string;
  where: Filter[];
}

export interface Filter {
  property: string;
  op: string;
  value: string;
}

export interface TraitRow {
  kind: "trait";
  trait: string;
  op: string;
  value: string;
}

export interface TagRow {
  kind: "tag";
  tag: string;
}

export interface SegmentRow {
  kind: "segment";
  segment: string;
}

export interface FriendRow {
  kind: "friend";
  account: string;
}

export interface ConsentRow {
  kind: "consent";
  purpose: string;
  channel: string;
}

/** What became of a message of a broadcast or journey; no days: at any time. */
export interface MessageRow {
  kind: "message";
  did: string;
  origin: string;
  days: string;
}

/** What this form cannot take apart; it is shown in words and kept as it is. */
export interface OtherRow {
  kind: "other";
  condition: Condition;
}

export type RowKind = Row["kind"];

export const NUMBER_OPS = ["gte", "gt", "eq", "lte", "lt"] as const;
export const TEXT_OPS = ["eq", "ne", "in", "contains", "starts_with", "gte", "lte", "exists", "not_exists"] as const;
export const DATE_OPS = ["month_is", "anniversary_in_days", "in_days", "before", "after"] as const;
/** What a channel tells of a single person; who opened a LINE message, LINE never tells. */
export const DEEDS = ["received", "clicked", "not_sent", "failed"] as const;
export const COUNTING = ["count", "sum", "avg", "max", "min", "distinct", "days_since_last", "days_since_first"] as const;
const WITHOUT_PROPERTY = new Set(["count", "days_since_last", "days_since_first"]);
const NUMERIC = new Set(["gt", "gte", "lt", "lte", "in_days", "anniversary_in_days"]);
const WITHOUT_VALUE = new Set(["exists", "not_exists"]);

export function needsProperty(fn: string): boolean {
  return !WITHOUT_PROPERTY.has(fn);
}

export function needsValue(op: string): boolean {
  return !WITHOUT_VALUE.has(op);
}

let ids = 0;

export function nextId(): number {
  return ++ids;
}

export function newRow(kind: Exclude<RowKind, "other">): Row {
  const id = nextId();
  switch (kind) {
    case "event":
      return { id, kind, event: "", fn: "count", property: "", op: "gte", value: "1", days: "30", where: [] };
    case "trait":
      return { id, kind, trait: "", op: "eq", value: "" };
    case "tag":
      return { id, kind, tag: "" };
    case "segment":
      return { id, kind, segment: "" };
    case "friend":
      return { id, kind, account: "" };
    case "consent":
      return { id, kind, purpose: "marketing", channel: "line" };
    case "message":
      return { id, kind, did: "clicked", origin: "", days: "" };
  }
}

export function emptyDraft(): Draft {
  return { joint: "all", include: [], exclude: [] };
}

/** The value as the language wants it; null while it is not whole. */
function valueOf(op: string, text: string): { value?: unknown } | null {
  if (!needsValue(op)) return {};
  const written = text.trim();
  if (written === "") return null;
  if (op === "in" || op === "not_in") {
    const list = written.split(/[,，、]/).map((one) => one.trim()).filter(Boolean);
    return list.length ? { value: list } : null;
  }
  if (op === "month_is") {
    if (written === "current") return { value: "current" };
    const month = Number(written);
    return Number.isInteger(month) && month >= 1 && month <= 12 ? { value: month } : null;
  }
  if (NUMERIC.has(op)) {
    const number = Number(written.replace(/,/g, ""));
    return Number.isFinite(number) ? { value: number } : null;
  }
  return { value: written };
}

function whereOf(filters: Filter[]): Where | null | undefined {
  const parts: Where[] = [];
  for (const { property, op, value } of filters) {
    const whole = property.trim() === "" ? null : valueOf(op, value);
    if (!whole) return null;
    parts.push({ property: property.trim(), op, ...whole });
  }
  return parts.length === 0 ? undefined : parts.length === 1 ? parts[0] : { all: parts };
}

/** Whole days; null for any time, undefined while they are no such number. */
function daysOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const days = Number(text);
  return Number.isInteger(days) && days > 0 && days <= 3660 ? days : undefined;
}

function messageOf({ did, origin, days: text }: MessageRow): Condition | null {
  const days = daysOf(text);
  if (origin === "" || days === undefined) return null;
  return { message: { did, origin }, ...(days === null ? {} : { window: { last: `P${days}D` } }) };
}

function eventOf(row: EventRow): Condition | null {
  const days = daysOf(row.days);
  if (row.event === "" || days === undefined) return null;
  const where = whereOf(row.where);
  const number = row.value.trim() === "" ? NaN : Number(row.value.replace(/,/g, ""));
  if (where === null || !Number.isFinite(number)) return null;
  if (needsProperty(row.fn) && row.property.trim() === "") return null;
  return {
    event: row.event,
    ...(where ? { where } : {}),
    ...(days === null ? {} : { window: { last: `P${days}D` } }),
    measure: needsProperty(row.fn) ? { fn: row.fn, property: row.property.trim() } : { fn: row.fn },
    op: row.op,
    value: number,
  };
}

/** The condition that a row says; null while it is not whole. */
export function conditionOf(row: Row): Condition | null {
  switch (row.kind) {
    case "event":
      return eventOf(row);
    case "trait": {
      const whole = row.trait === "" ? null : valueOf(row.op, row.value);
      return whole && { trait: row.trait, op: row.op, ...whole };
    }
    case "tag":
      return row.tag.trim() ? { tag: row.tag.trim() } : null;
    case "segment":
      return row.segment ? { segment: row.segment } : null;
    case "friend":
      return row.account ? { line_friend: row.account } : null;
    case "consent":
      return { consent: { purpose: row.purpose, channel: row.channel } };
    case "message":
      return messageOf(row);
    case "other":
      return row.condition;
  }
}

/** The whole condition; null if there is nothing yet, or any row is half written: half must never mean everyone. */
export function compose({ joint, include, exclude }: Draft): Condition | null {
  const included = include.map(conditionOf);
  const excluded = exclude.map(conditionOf);
  if (included.length === 0 || included.includes(null) || excluded.includes(null)) return null;
  const meant = included as Condition[];
  const left = excluded as Condition[];
  const parts = joint === "any" && meant.length > 1 ? [{ any: meant }] : meant;
  if (left.length === 0) return parts.length === 1 ? (parts[0] ?? null) : { all: parts };
  return { all: [...parts, { not: left.length === 1 ? (left[0] as Condition) : { any: left } }] };
}
