/** "pending" holds events in memory until the visitor decides; "withdrawn" keeps nothing at all. */
export type Consent = "granted" | "withdrawn" | "pending";

/**
 * What the visitor's choices amount to.
 *
 * @param said what the visitor told this browser: "granted", "withdrawn", or null for nothing yet
 * @param required whether this source asks before it stores or sends
 * @param privacyControl Global Privacy Control: a refusal that only an explicit grant lifts
 */
export function decide(said: string | null, required: boolean, privacyControl: boolean): Consent {
  if (said === "granted" || said === "withdrawn") return said;
  if (privacyControl) return "withdrawn";
  return required ? "pending" : "granted";
}
