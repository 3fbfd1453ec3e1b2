/** LINE's message objects as they are sent. They come from outside: every field may be missing. */
export type Json = Record<string, unknown>;

export interface Action extends Json {
  type: string;
  label?: string;
}

export interface Message extends Json {
  type: string;
}

/** Called when a person taps. */
export type OnAction = (action: Action) => void;

export interface Sender {
  name: string;
  iconUrl?: string;
}

/** What LINE knows of a coupon; the message itself only holds its id. */
export interface Coupon {
  title: string;
  imageUrl?: string;
  endTimestamp?: number;
  running?: boolean;
  taken?: boolean;
  used?: number;
}

export interface RenderOptions {
  /** Shown beside the messages, unless a message brings a sender of its own. Without it there is no icon. */
  sender?: Sender;
  /** Shown under the last message, as "09:41". */
  time?: string;
  locale?: "zh-TW" | "ja" | "en";
  coupons?: Record<string, Coupon>;
  /** Quick replies stand under the last message; false leaves them to the caller. */
  quickReplies?: boolean;
  /** Told when a video with a tracking id was watched to its end. */
  onWatched?: (trackingId: string) => void;
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

export function text(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function action(value: unknown): Action | undefined {
  const found = object(value);
  return typeof found.type === "string" ? (found as Action) : undefined;
}
