import { BLANKS } from "@/components/message/kinds";
import type { Json } from "@/components/message/tree";
import type { Definition } from "@/features/broadcasts/broadcasts";
import { localOf, momentOf } from "@/lib/moments";

export interface Variant {
  name: string;
  share: number;
  messages: Json[];
}

/** A broadcast while it is written. */
export interface Draft {
  name: string;
  account: string;
  purpose: "marketing" | "transactional";
  variants: Variant[];
  /** The part that tries the variants, and for how long; null sends every variant to its share at once. */
  trial: { percent: number; hours: number } | null;
  /** "" for every friend of the account. */
  segment: string;
  exclude: string[];
  /** Percent who are kept out by chance, to see what it brings. */
  holdout: number;
  when: "now" | "at" | "local";
  /** By the clock of the workspace, as a field for date and time has it. */
  at: string;
  perMinute: number | null;
  quiet: "workspace" | "off" | { from: string; until: string };
}

export const VARIANTS_MAX = 5;
export const LETTERS = ["A", "B", "C", "D", "E"] as const;

export function blank(account: string): Draft {
  return {
    name: "",
    account,
    purpose: "marketing",
    variants: [{ name: "A", share: 0, messages: [BLANKS.text] }],
    trial: null,
    segment: "",
    exclude: [],
    holdout: 0,
    when: "now",
    at: "",
    perMinute: null,
    quiet: "workspace",
  };
}

/** What the server kept, as it is written on. */
export function draftOf(name: string, kept: Definition): Draft {
  const local = kept.local?.slice(0, 16) ?? "";
  return {
    name,
    account: kept.account,
    purpose: kept.purpose === "transactional" ? "transactional" : "marketing",
    variants: kept.variants.map((one, at) => ({ ...one, name: one.name || (LETTERS[at] ?? String(at + 1)) })),
    trial: kept.trial ? { percent: kept.trial.percent, hours: Math.round(kept.trial.after_minutes / 60) } : null,
    segment: kept.segment ?? "",
    exclude: [...kept.exclude],
    holdout: kept.holdout,
    when: local ? "local" : kept.start_at ? "at" : "now",
    at: local || localOf(kept.start_at),
    perMinute: kept.per_minute,
    quiet: kept.any_hour
      ? "off"
      : kept.quiet_from && kept.quiet_until
        ? { from: kept.quiet_from.slice(0, 5), until: kept.quiet_until.slice(0, 5) }
        : "workspace",
  };
}

/** What the API is asked to keep. A single variant needs no name. */
export function bodyOf(draft: Draft): Json {
  const [first] = draft.variants;
  const words =
    draft.variants.length > 1 ? { variants: draft.variants.map(withShare) } : { messages: first?.messages ?? [] };
  return {
    name: draft.name,
    account: draft.account,
    purpose: draft.purpose,
    ...words,
    ...(draft.trial && draft.variants.length > 1 ? { trial: draft.trial } : {}),
    ...(draft.segment ? { segment: draft.segment } : {}),
    ...(draft.exclude.length ? { exclude: draft.exclude } : {}),
    ...(draft.holdout ? { holdout_percent: draft.holdout } : {}),
    ...(draft.when === "at" && draft.at ? { send_at: momentOf(draft.at) } : {}),
    ...(draft.when === "local" && draft.at ? { send_at_local: draft.at } : {}),
    ...(draft.perMinute ? { per_minute: draft.perMinute } : {}),
    ...(draft.quiet === "workspace" ? {} : { quiet_hours: draft.quiet }),
  };
}

function withShare({ name, share, messages }: Variant): Json {
  return share ? { name, share, messages } : { name, messages };
}

/** Only what decides who gets it and what it costs: the words do not, and asking again at every letter is of no use. */
export function reachOf(draft: Draft): Json {
  const { account, purpose, segment, exclude, holdout } = draft;
  const words = [{ type: "text", text: "-" }];
  return { ...bodyOf({ ...blank(account), purpose, segment, exclude, holdout }), messages: words };
}

export const STEPS = ["content", "audience", "test", "schedule"] as const;
export type Step = (typeof STEPS)[number];

export type Lack = "name" | "account" | "messages" | "shares" | "when";

/** What must be there before it is saved. */
export function lacking(draft: Draft): Lack[] {
  const shares = draft.variants.map(({ share }) => share);
  const given = shares.some((share) => share > 0);
  const found: [Lack, boolean][] = [
    ["name", draft.name.trim() === ""],
    ["account", draft.account === ""],
    ["messages", draft.variants.some(({ messages }) => messages.length === 0)],
    ["shares", draft.variants.length > 1 && given && (shares.includes(0) || shares.reduce((sum, one) => sum + one, 0) !== 100)],
    ["when", draft.when !== "now" && draft.at === ""],
  ];
  return found.flatMap(([lack, holds]) => (holds ? [lack] : []));
}
