import { el, picture } from "../line/dom";
import { type Action, type OnAction, type RenderOptions, quickReplies, renderMessage, renderMessages } from "../line/render";
import type { FromAccount, FromFriend, Screen } from "./api";
import { kind, locale, t } from "./words";

export type OnTap = (entry: FromAccount, message: number, action: Action) => void;

export type OnWatched = (entry: FromAccount, message: number, id: string) => void;

const drawn = new WeakMap<HTMLElement, Map<string, HTMLElement>>();

/**
 * Draw a whole chat; `onTap` is told which message of which request was tapped.
 *
 * What did not change keeps its element, so that pictures do not flicker and a carousel stays where it was.
 */
export function drawChat(room: HTMLElement, screen: Screen, onTap: OnTap, onWatched: OnWatched): void {
  const nodes: HTMLElement[] = [];
  const before = drawn.get(room) ?? new Map<string, HTMLElement>();
  const now = new Map<string, HTMLElement>();
  const kept = (entry: FromAccount | FromFriend): HTMLElement => {
    const coupons = entry.from === "account" && entry.messages.some((one) => one.type === "coupon");
    const account = entry.from === "account" ? screen.account : null;
    const key = JSON.stringify([locale(), screen.friend.user_id, account, entry, coupons ? screen.coupons : null]);
    const made = before.get(key) ?? (entry.from === "account" ? received(entry, screen, onTap, onWatched) : said(entry));
    now.set(key, made);
    return made;
  };
  let day = "";
  for (const entry of screen.entries) {
    const here = dayOf(entry.at);
    if (here !== day) nodes.push(el("div", "chat-day", el("span", "", dayWords(entry.at, screen.now))));
    day = here;
    nodes.push(kept(entry));
  }
  const last = screen.entries.at(-1);
  const asked = last?.from === "account" ? last.messages.at(-1) : undefined;
  if (last?.from === "account" && asked) {
    const number = last.messages.length;
    const replies = quickReplies(asked, (action) => onTap(last, number, action));
    if (replies) nodes.push(el("div", "ln-chat chat-quick", replies));
  }
  drawn.set(room, now);
  nodes.forEach((node, place) => {
    if (room.children[place] !== node) room.insertBefore(node, room.children[place] ?? null);
  });
  while (room.children.length > nodes.length) room.lastElementChild?.remove();
}

function received(entry: FromAccount, screen: Screen, onTap: OnTap, onWatched: OnWatched): HTMLElement {
  const box = el("div", "chat-in");
  const list = el("div");
  const sender = { name: screen.account.name, ...(screen.account.icon_url ? { iconUrl: screen.account.icon_url } : {}) };
  // Messages are drawn one by one, so that a tap knows which of them it was.
  entry.messages.forEach((message, place) => {
    const part = el("div");
    const options: RenderOptions = {
      sender,
      locale: locale(),
      coupons: screen.coupons,
      quickReplies: false,
      onWatched: (id) => onWatched(entry, place + 1, id),
      ...(place === entry.messages.length - 1 ? { time: clock(entry.at) } : {}),
    };
    const tap: OnAction = (action) => onTap(entry, place + 1, action);
    renderMessages(part, [message], tap, options);
    if (place > 0 && message.sender === undefined) part.classList.add("chat-follows");
    list.append(part);
  });
  const way = kind(entry.kind) + (entry.silent ? `・${t("silent")}` : "");
  box.append(list, el("div", "chat-way", way));
  return box;
}

function said(entry: FromFriend): HTMLElement {
  const nothing = () => undefined;
  let content: HTMLElement;
  if (entry.message?.type === "image") content = el("div", "ln-image", picture(entry.message.url));
  else if (entry.message && entry.message.type !== "file") content = renderMessage(entry.message, nothing, { locale: locale() });
  else content = el("div", "ln-bubble", entry.text);
  const when = el("time", "ln-time", el("i", "", t("read")), clock(entry.at));
  return el("div", "ln-chat chat-out", el("div", "ln-row ln-mine", when, content));
}

export function clock(at: string): string {
  return new Date(at).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Taipei" });
}

export function dayOf(at: string): string {
  return new Date(at).toLocaleDateString("sv-SE", { timeZone: "Asia/Taipei" });
}

function dayWords(at: string, now: string): string {
  if (dayOf(at) === dayOf(now)) return t("today");
  return new Date(at).toLocaleDateString(locale(), { month: "long", day: "numeric", weekday: "short", timeZone: "Asia/Taipei" });
}
