import type { Store } from "./store";

const IDLE_MS_MAX = 30 * 60_000;
const VALUE_LENGTH_MAX = 300;
const CAMPAIGN = { source: "utm_source", medium: "utm_medium", name: "utm_campaign", term: "utm_term", content: "utm_content" };
const AD_IDS = ["gclid", "fbclid", "ldtag_cl", "yclid", "ttclid", "msclkid"];

type Texts = Record<string, string>;

/** What brought the visitor here. Both parts are empty for a visit that no campaign explains. */
export interface Visit {
  readonly campaign: Texts;
  readonly adIds: Texts;
}

/**
 * The campaign of this visit: from the address when it names one, else the one remembered.
 *
 * Remembered in the browser for 30 minutes after the last event, for all tabs. A new campaign replaces the whole.
 */
export function currentVisit(store: Store, search: string, nowMs: number): Visit {
  const landed = readVisit(search);
  const visit = isEmpty(landed) ? recall(store, nowMs) : landed;
  if (!isEmpty(visit)) store.set("visit", JSON.stringify({ at: nowMs, ...visit }));
  return visit;
}

function readVisit(search: string): Visit {
  const query = new URLSearchParams(search);
  const pick = (pairs: [string, string][]): Texts =>
    Object.fromEntries(
      pairs.map(([name, parameter]) => [name, (query.get(parameter) ?? "").slice(0, VALUE_LENGTH_MAX)]).filter(([, value]) => value),
    );
  return { campaign: pick(Object.entries(CAMPAIGN)), adIds: pick(AD_IDS.map((id) => [id, id])) };
}

function recall(store: Store, nowMs: number): Visit {
  try {
    const { at, campaign, adIds } = JSON.parse(store.get("visit") ?? "");
    if (nowMs - at < IDLE_MS_MAX) return { campaign, adIds };
  } catch {
    // Nothing remembered, or not by us.
  }
  return { campaign: {}, adIds: {} };
}

const isEmpty = ({ campaign, adIds }: Visit): boolean => !Object.keys({ ...campaign, ...adIds }).length;
