import type { Condition, Where, Window } from "@/components/condition/condition";
import { useAccountNames, useOriginNames } from "@/api/names";
import { useCodes, useWords } from "@/components/condition/words";
import { useNamespaces } from "@/components/identifiers";
import { useNames } from "@/components/names";

const SPAN = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;
const UNITS = ["weeks", "days", "hours", "minutes"] as const;

/** A value as people write it. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join("、");
  if (typeof value === "number") return value.toLocaleString("en-US");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** The largest whole unit of a duration such as P30D, and how many there are. */
export function spanOf(text: string): { unit: (typeof UNITS)[number]; count: number } | null {
  const found = SPAN.exec(text);
  if (!found) return null;
  const given = UNITS.map((unit, at) => ({ unit, count: Number(found[at + 1] ?? 0) })).filter(({ count }) => count > 0);
  return given.length === 1 ? (given[0] ?? null) : null;
}

/** Says one leaf of a condition in a sentence of the reader's language. */
export function useDescribe(segmentNames: Record<string, string> = {}): (condition: Condition) => string {
  const w = useWords();
  const code = useCodes();
  const names = useNames();
  const namespace = useNamespaces();
  const accounts = useAccountNames();
  const origins = useOriginNames();

  /** What a broadcast or journey is called; its key, if it is not known. */
  function called(origin: string | undefined): string | undefined {
    return origin === undefined ? undefined : (origins[origin] ?? origin);
  }

  function span(text: string): string {
    const found = spanOf(text);
    return found ? w(`span.${found.unit}`, { count: found.count }) : text;
  }

  function inWindow(window: Window | undefined): string {
    if (!window) return "";
    if ("last" in window) return w("last", { span: span(window.last) });
    if (window.from && window.to) return w("between", { from: window.from, to: window.to });
    if (window.from) return w("since", { from: window.from });
    return window.to ? w("until", { to: window.to }) : "";
  }

  function valueText(op: string | undefined, value: unknown): string {
    if (op === "exists" || op === "not_exists" || value === undefined) return "";
    if (op === "month_is" && value === "current") return w("thisMonth");
    if ((op === "within_last" || op === "within_next") && typeof value === "string") return span(value);
    return written(value);
  }

  function where(part: Where): string {
    if (part.all) return part.all.map(where).join(` ${w("and")} `);
    if (part.any) return part.any.map(where).join(` ${w("or")} `);
    if (part.not) return `${w("not")} ${where(part.not)}`;
    if (part.property) {
      const value = part.property === "origin" && typeof part.value === "string" ? called(part.value) : part.value;
      return `${names.property(part.property)} ${code("op", part.op ?? "eq")} ${valueText(part.op, value)}`.trim();
    }
    return w("other");
  }

  function happened(condition: Condition): string {
    const event = names.event(condition.event ?? "");
    const counts = !condition.measure || condition.measure.fn === "count";
    const when = inWindow(condition.window);
    let what: string;
    if (counts && condition.op === undefined) what = w("happened", { event, times: w("atLeastOnce") });
    else if (counts && condition.op === "eq" && condition.value === 0) what = w("happened", { event, times: w("never") });
    else {
      const { fn, property = "" } = condition.measure ?? { fn: "count" };
      what = w("measured", {
        event,
        measure: code("measure", fn).replace("{property}", names.property(property)),
        op: code("op", condition.op ?? "gte"),
        value: valueText(condition.op, condition.value),
      });
    }
    const which = condition.where ? w("whose", { where: where(condition.where) }) : "";
    return `${when ? `${when} ` : ""}${what}${which}`;
  }

  function compared(key: "trait" | "computed", name: string, { op, value }: Condition): string {
    return w(key, { name, op: code("op", op ?? "eq"), value: valueText(op, value) }).trim();
  }

  return (condition) => {
    if (condition.event) return happened(condition);
    if (condition.trait) return compared("trait", names.trait(condition.trait), condition);
    if (condition.computed) return compared("computed", condition.computed, condition);
    if (condition.tag) return w("tag", { name: condition.tag });
    if (condition.consent)
      return w("consent", {
        purpose: code("purpose", condition.consent.purpose),
        channel: code("channel", condition.consent.channel),
      });
    if (condition.line_friend) return w("friend", { account: accounts[condition.line_friend] ?? condition.line_friend });
    if (condition.identified_by) return w("identified", { namespace: namespace(condition.identified_by) });
    if (condition.reachable) return w("reachable", { channel: code("channel", condition.reachable.channel) });
    if (condition.sample) return w("sample", { percent: condition.sample.percent });
    if (condition.segment) return w("segment", { name: segmentNames[condition.segment] ?? condition.segment });
    if (condition.message)
      return `${inWindow(condition.window)} ${w("message", {
        origin: called(condition.message.origin) ?? w("anyMessage"),
        did: code("did", condition.message.did),
      })}`.trim();
    if (condition.coupon)
      return w("coupon", { pool: condition.coupon.pool ?? "*", did: code("did", condition.coupon.did) });
    if (condition.join_source) return w("join", { name: condition.join_source });
    return w("other");
  };
}
