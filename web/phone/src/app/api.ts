import type { Action, Coupon, Json, Message } from "../line/render";

export interface Account {
  channel_id: string;
  name: string;
  icon_url: string;
  quota: number | null;
  people: number;
}

export interface Person {
  user_id: string;
  display_name: string;
  state: "friend" | "blocked" | "stranger";
  at: string | null;
  last: string;
}

export interface FromAccount {
  from: "account";
  at: string;
  kind: string;
  request_id: string;
  silent: boolean;
  messages: Message[];
  notice: string;
}

export interface FromFriend {
  from: "friend";
  at: string;
  message_id: string | null;
  text: string;
  message: (Message & { url?: string }) | null;
}

export interface Area {
  bounds: { x: number; y: number; width: number; height: number };
  action: Action;
}

export interface Menu {
  rich_menu_id: string;
  size: { width: number; height: number };
  selected: boolean;
  chatBarText: string;
  areas: Area[];
  image_url: string;
}

export interface SimCoupon extends Coupon {
  coupon_id: string;
  description?: string;
  couponCode?: string;
  usageCondition?: string;
  lost: boolean;
  usable: boolean;
}

export interface Screen {
  account: { channel_id: string; name: string; icon_url: string };
  friend: { user_id: string; display_name: string; state: Person["state"] };
  now: string;
  entries: (FromAccount | FromFriend)[];
  coupons: Record<string, SimCoupon>;
  menu: Menu | null;
}

export interface Hop {
  method: string;
  url: string;
  status: number;
}

/** What a tap leaves to the phone: a page to open, a text to copy, a keyboard to show; and what LINE told the brand. */
export interface Done {
  event?: Json;
  open?: string;
  hops?: Hop[];
  copy?: string;
  ask?: string;
  inputOption?: string;
  fillInText?: string;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const raw = body instanceof Blob;
  const answer = await fetch(`/_sim${path}`, {
    method,
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    headers: raw ? { "content-type": body.type } : {},
  });
  const said = (await answer.json()) as T & { message?: string };
  if (!answer.ok) throw new Error(said.message ?? String(answer.status));
  return said;
}

export async function accounts(): Promise<Account[]> {
  return (await ask<{ accounts: Account[] }>("GET", "/accounts")).accounts;
}

export async function people(channel: string, search: string, state: string): Promise<Person[]> {
  const query = new URLSearchParams({ search, state, limit: "60" });
  return (await ask<{ friends: Person[] }>("GET", `/accounts/${channel}/friends?${query.toString()}`)).friends;
}

export interface Facts {
  now: string;
  delivered_messages: number;
  billable_messages: number;
  duplicate_deliveries: number;
}

export function facts(channel: string): Promise<Facts> {
  return ask("GET", `/facts?groups=0&channel_id=${channel}`);
}

/** One person's phone at one account. */
export class Phone {
  readonly path: string;

  constructor(
    readonly channel: string,
    readonly person: string,
  ) {
    this.path = `/accounts/${channel}/friends/${person}`;
  }

  screen(): Promise<Screen> {
    return ask("GET", `${this.path}/screen`);
  }

  /** Call `changed` each time when something changed, until the returned function is called. */
  watch(changed: () => void, lost: (gone: boolean) => void): () => void {
    const source = new EventSource(`/_sim${this.path}/live`);
    source.onmessage = () => {
      lost(false);
      changed();
    };
    source.onerror = () => lost(true);
    return () => source.close();
  }

  do(deed: string, body: unknown = {}): Promise<Done> {
    return ask("POST", `${this.path}/${deed}`, body);
  }

  coupon(id: string, deed: "take" | "use"): Promise<SimCoupon> {
    return ask("POST", `${this.path}/coupon`, { coupon_id: id, deed });
  }
}
