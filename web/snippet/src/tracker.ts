import { CART_EVENTS, type CartAction } from "./cart";
import { type Consent, decide } from "./consent";
import { Identity } from "./identity";
import type { Options } from "./options";
import { currentPage } from "./page";
import { Queue } from "./queue";
import { Sender } from "./sender";
import { Store } from "./store";
import { uuid } from "./uuid";
import { currentVisit } from "./visit";
import { warn } from "./warn";

declare const VERSION: string;

const HELD_MAX = 100;
const LIBRARY = { name: "tieline.js", version: VERSION };

type Fields = Record<string, unknown>;

/** The functions a page calls. Each reads consent anew: another tab may have changed it. */
export class Tracker {
  private readonly store = new Store();
  private readonly identity = new Identity(this.store);
  private readonly queue = new Queue(this.store);
  readonly sender: Sender;
  /** Events before the visitor's decision, as JSON by messageId: in memory only, whatever happens. */
  private held = new Map<string, string>();

  constructor(private readonly options: Options) {
    this.sender = new Sender(this.queue, options, () => this.currentConsent() === "granted");
  }

  page(name?: string | Fields, properties?: Fields): void {
    if (typeof name === "object") return this.page(undefined, name);
    this.record("page", { name, properties: { name, ...currentPage(), ...properties } });
  }

  track(event: string, properties?: Fields): void {
    if (!event) return warn("track needs the name of an event");
    this.record("track", { event, properties: { ...properties } });
  }

  identify(userId?: string | number | Fields | null, traits?: Fields): void {
    if (typeof userId === "object" && userId) return this.identify(undefined, userId);
    if (this.currentConsent() === "withdrawn") return;
    if (userId) this.identity.know(String(userId));
    this.record("identify", { traits: { ...traits } });
  }

  /** One cart has one id from the first product to the order; a shop may bring its own as cart_id. */
  cart(action: CartAction, details?: Fields): void {
    const event = CART_EVENTS[action];
    if (!event) return warn(`cart knows ${Object.keys(CART_EVENTS).join(", ")}`);
    if (this.currentConsent() === "withdrawn") return;
    const cartId = String(details?.cart_id ?? this.store.get("cart") ?? uuid(Date.now()));
    this.store.set("cart", cartId);
    this.track(event, { ...details, cart_id: cartId });
    if (action === "order") this.store.remove("cart");
  }

  /** Opens or shuts this browser. It cannot grant anything in the consent ledger, so a grant is not sent. */
  consent(state: "granted" | "withdrawn"): void {
    if (state === "granted") this.grant();
    else if (state === "withdrawn") this.withdraw();
    else warn('consent is "granted" or "withdrawn"');
  }

  /** After a log-out: the next events belong to a new visitor. */
  reset(): void {
    this.identity.forget();
  }

  /**
   * Consent at this moment. As a side effect the store follows it: open with consent; without, closed and emptied
   * of all but the refusal itself and a withdrawal on its way.
   */
  currentConsent(): Consent {
    // The newest word counts: a grant in another tab comes after a refusal that only this page remembers.
    const said = this.store.shared("consent") ?? this.store.get("consent");
    const privacyControl = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
    const consent = decide(said, this.options.consentRequired, privacyControl);
    if (consent === "granted") this.release(false);
    else this.store.close((key) => key === "consent" || Queue.isWithdrawal(key));
    return consent;
  }

  private grant(): void {
    if (this.currentConsent() !== "granted") this.store.remove("consent");
    this.release(true);
  }

  private withdraw(): void {
    const wasGranted = this.currentConsent() === "granted";
    const properties = { purpose: "analytics", channel: "web", state: "withdrawn" };
    const [messageId, text] = this.compose("track", { event: "consent_updated", properties, context: { library: LIBRARY } });
    this.held.clear();
    this.store.clear(Queue.isWithdrawal);
    this.store.close(Queue.isWithdrawal);
    // Where nobody asks first, the next page must know of the refusal; elsewhere silence already means no.
    if (this.options.consentRequired) this.store.set("consent", "withdrawn");
    else this.store.pin("consent", "withdrawn");
    if (!wasGranted) return;
    this.queue.addWithdrawal(messageId, text);
    this.sender.urge();
  }

  private record(type: string, fields: Fields): void {
    const consent = this.currentConsent();
    if (consent === "withdrawn") return;
    const [messageId, text] = this.compose(type, { ...fields, context: this.context() });
    if (consent === "pending") this.hold(messageId, text);
    else {
      this.queue.add(messageId, text);
      this.sender.nudge();
    }
  }

  private compose(type: string, fields: Fields): [messageId: string, text: string] {
    const nowMs = Date.now();
    const messageId = uuid(nowMs);
    const event = {
      type,
      messageId,
      anonymousId: this.identity.anonymousId(nowMs),
      userId: this.identity.userId(),
      ...fields,
      timestamp: new Date(nowMs).toISOString(),
    };
    return [messageId, JSON.stringify(event)];
  }

  private context(): Fields {
    return {
      page: currentPage(),
      ...currentVisit(this.store, location.search, Date.now()),
      userAgent: navigator.userAgent,
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      library: LIBRARY,
    };
  }

  private hold(messageId: string, text: string): void {
    this.held.set(messageId, text);
    if (this.held.size <= HELD_MAX) return;
    const [oldest] = this.held.keys();
    this.held.delete(oldest ?? "");
    warn(`more than ${HELD_MAX} events before consent: the oldest was dropped`);
  }

  /** Open the store, and queue what was held under the id the browser has now: another tab may have set it first. */
  private release(asked: boolean): void {
    const heldAs = this.held.size ? this.identity.anonymousId(Date.now()) : "";
    this.store.open();
    // After the ids in memory went to storage: a tab that sees the grant must find them there.
    if (asked) this.store.pin("consent", "granted");
    if (!this.held.size) return;
    const anonymousId = this.identity.anonymousId(Date.now());
    for (const [messageId, text] of this.held) this.queue.add(messageId, text.split(heldAs).join(anonymousId));
    this.held.clear();
    this.sender.nudge();
  }
}
