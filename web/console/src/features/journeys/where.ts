import type { Where } from "@/components/condition/condition";

/** One line of a filter of events: a property compared with a value, or with a property of the trigger. */
export interface WhereRow {
  property: string;
  op: string;
  value: string;
  refers: boolean;
}

const NUMERIC = new Set(["gt", "gte", "lt", "lte"]);
const LINE = new Set(["property", "op", "value", "ref"]);
const PREFIX = "trigger.";

export const WHERE_OPS = ["eq", "ne", "gt", "gte", "lt", "lte", "contains", "starts_with", "in"] as const;

/** Take a filter apart; null where it says more than lines can. */
export function rowsOf(where: unknown): WhereRow[] | null {
  if (where === undefined) return [];
  if (typeof where !== "object" || where === null) return null;
  const parts = (where as Where).all ?? [where as Where];
  const rows: WhereRow[] = [];
  for (const part of parts) {
    const { property, op = "eq", value, ref } = part;
    if (!property || Object.keys(part).some((key) => !LINE.has(key))) return null;
    if (typeof ref === "string") rows.push({ property, op, value: ref.replace(PREFIX, ""), refers: true });
    else if (Array.isArray(value)) rows.push({ property, op, value: value.join(", "), refers: false });
    else if (typeof value === "string" || typeof value === "number")
      rows.push({ property, op, value: String(value), refers: false });
    else return null;
  }
  return rows;
}

/** Put a filter together again; undefined for none. What is half written stays as it is, for the check to point at. */
export function whereOf(rows: readonly WhereRow[]): Where | undefined {
  const parts = rows.map(({ property, op, value, refers }): Where => {
    if (refers) return { property, op, ref: `${PREFIX}${value}` };
    if (op === "in") return { property, op, value: value.split(/[,，、]/).map((one) => one.trim()).filter(Boolean) };
    const number = Number(value.replace(/,/g, ""));
    return { property, op, value: NUMERIC.has(op) && value.trim() !== "" && Number.isFinite(number) ? number : value };
  });
  return parts.length === 0 ? undefined : parts.length === 1 ? parts[0] : { all: parts };
}
