import type { Json } from "@/components/message/tree";
import { momentOf } from "@/lib/moments";

/** What the form asks for; the API's body is made of it. */
export interface Draft {
  name: string;
  account: string;
  messages: Json[];
  within: string[];
  /** Whether people must be in all of them; else any will do. */
  every: boolean;
  without: string[];
  gender: string;
  ageFrom: string;
  ageBelow: string;
  friendFor: string;
  phone: string;
  areas: string[];
  most: number | null;
  upToQuota: boolean;
  when: "now" | "at";
  at: string;
  reason: string;
}

export const AGES = Array.from({ length: 12 }, (_, index) => `age_${15 + 5 * index}`);
export const PERIODS = ["day_7", "day_30", "day_90", "day_180", "day_365"] as const;
export const BLANK: Draft = {
  name: "", account: "", messages: [{ type: "text", text: "" }], within: [], every: false, without: [], gender: "", ageFrom: "", ageBelow: "", friendFor: "",
  phone: "", areas: [], most: null, upToQuota: false, when: "now", at: "", reason: "",
};

export type Lack = "name" | "account" | "messages" | "moment";

/** What has to be filled in before it can be saved. */
export function lacking(draft: Draft): Lack[] {
  const lacks: [Lack, boolean][] = [
    ["name", !draft.name.trim()],
    ["account", !draft.account],
    ["messages", draft.messages.length === 0],
    ["moment", draft.when === "at" && !draft.at],
  ];
  return lacks.filter(([, missing]) => missing).map(([lack]) => lack);
}

function joined(parts: Json[], way: "and" | "or"): Json | null {
  return parts.length > 1 ? { [way]: parts } : (parts[0] ?? null);
}

/** Who is in the chosen audiences and in none of those left out; null for every friend. */
export function recipientOf(draft: Draft): Json | null {
  const named = (keys: string[]) => keys.map((audience) => ({ audience }));
  const within = joined(named(draft.within), draft.every ? "and" : "or");
  const without = joined(named(draft.without), "or");
  return joined([...(within ? [within] : []), ...(without ? [{ not: without }] : [])], "and");
}

/** LINE's own filter; null for everybody. */
export function demographicOf(draft: Draft): Json | null {
  const age = { ...(draft.ageFrom ? { gte: draft.ageFrom } : {}), ...(draft.ageBelow ? { lt: draft.ageBelow } : {}) };
  const filters: Json[] = [
    ...(draft.gender ? [{ type: "gender", oneOf: [draft.gender] }] : []),
    ...(Object.keys(age).length ? [{ type: "age", ...age }] : []),
    ...(draft.phone ? [{ type: "appType", oneOf: [draft.phone] }] : []),
    ...(draft.areas.length ? [{ type: "area", oneOf: draft.areas }] : []),
    ...(draft.friendFor ? [{ type: "subscriptionPeriod", gte: draft.friendFor }] : []),
  ];
  return filters.length > 1 ? { type: "operator", and: filters } : (filters[0] ?? null);
}

/** The narrowcast as the API reads it; what was left empty is left out. */
export function bodyOf(draft: Draft): Json {
  const said: [string, unknown][] = [
    ["recipient", recipientOf(draft)],
    ["demographic", demographicOf(draft)],
    ["max", draft.most],
    ["send_at", draft.when === "at" ? momentOf(draft.at) : null],
    ["without_consent", draft.reason.trim() || null],
  ];
  return {
    name: draft.name.trim(),
    account: draft.account,
    messages: draft.messages,
    up_to_quota: draft.upToQuota,
    ...Object.fromEntries(said.filter(([, value]) => value !== null)),
  };
}
