import "./line.css";
import { el, picture, tappable } from "./dom";
import { flex } from "./flex";
import { audio, coupon, image, imagemap, place, sticker, video } from "./media";
import { type Action, type Json, type Message, type OnAction, type RenderOptions, action, list, object, text } from "./message";
import { template } from "./template";
import { plainText, substitutedText } from "./text";
import { word } from "./words";

export type { Action, Coupon, Json, Message, OnAction, RenderOptions, Sender } from "./message";

const PLACES = new Set(["image", "video", "sticker", "imagemap", "template", "flex", "location", "coupon"]);

/**
 * Draw messages of one send into `container`, as a phone shows them.
 *
 * Nothing of a message is read as HTML, and no address is opened: a tap is told to `onAction`.
 */
export function renderMessages(
  container: HTMLElement,
  messages: readonly Message[],
  onAction: OnAction,
  options: RenderOptions = {},
): void {
  container.classList.add("ln-chat");
  container.replaceChildren(
    ...messages.map((message, place) => {
      const last = place === messages.length - 1;
      return row(message, place === 0, last, onAction, options);
    }),
  );
  const last = messages.at(-1);
  if (last && options.quickReplies !== false) {
    const replies = quickReplies(last, onAction);
    if (replies) container.append(replies);
  }
}

/** Draw one message without anything around it. */
export function renderMessage(message: Message, onAction: OnAction, options: RenderOptions = {}): HTMLElement {
  switch (message.type) {
    case "text":
      return el("div", "ln-bubble", ...plainText(message, onAction));
    case "textV2":
      return el("div", "ln-bubble", ...substitutedText(message, onAction));
    case "image":
      return image(message, onAction);
    case "video":
      return video(message, options);
    case "audio":
      return audio(message, options);
    case "sticker":
      return sticker(message);
    case "location":
      return place(message, onAction, options);
    case "imagemap":
      return imagemap(message, onAction);
    case "template":
      return template(message, onAction);
    case "flex":
      return flex(object(message.contents), onAction);
    case "coupon":
      return coupon(message, onAction, options);
    default:
      return el("div", "ln-bubble ln-unknown", text(message.altText) || word(options.locale, "unknown"));
  }
}

/** Draw the quick replies of a message, if it has any. */
export function quickReplies(message: Message, onAction: OnAction): HTMLElement | undefined {
  const items = list(object(message.quickReply).items);
  if (!items.length) return undefined;
  return el("div", "ln-quick", ...items.map((item) => quickReply(item, onAction)));
}

function quickReply(item: Json, onAction: OnAction): HTMLElement {
  const tap: Action | undefined = action(item.action);
  const face = item.imageUrl ? picture(item.imageUrl) : undefined;
  const chip = el("div", "ln-chip", face, el("span", "", tap?.label ?? text(item.label)));
  return tappable(chip, tap, onAction);
}

function row(
  message: Message,
  first: boolean,
  last: boolean,
  onAction: OnAction,
  options: RenderOptions,
): HTMLElement {
  const own = object(message.sender);
  const sender = options.sender;
  const content = renderMessage(message, onAction, options);
  const made = el("div", "ln-row");
  if (PLACES.has(message.type)) made.classList.add("ln-row-wide");
  if (content.classList.contains("ln-carousel")) made.classList.add("ln-row-slides");
  const speaks = first || own.name !== undefined || own.iconUrl !== undefined;
  if (sender) {
    const face = el("div", "ln-face");
    if (speaks) {
      const address = own.iconUrl ?? sender.iconUrl;
      face.append(address ? picture(address) : el("span", "", (text(own.name) || sender.name).slice(0, 1)));
    } else face.classList.add("ln-face-none");
    made.append(face);
  }
  const said = el("div", "ln-said");
  if (sender && speaks) {
    const name = own.name ? `${text(own.name)} from ${sender.name}` : sender.name;
    said.append(el("div", "ln-name", name));
  }
  const line = el("div", "ln-line", content);
  if (last && options.time) line.append(el("time", "ln-time", options.time));
  said.append(line);
  made.append(said);
  return made;
}
