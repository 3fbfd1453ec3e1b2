import { el } from "./dom";
import { drawnFace, numberOf } from "./drawn";
import { type Json, type Message, type OnAction, list, number, object, text } from "./message";

const LINK = /(https?:\/\/[^\s<>"'、。，）」]+|tel:[+\d-]+)/g;

/** A LINE emoji; each id always is the same face. */
export function emoji(product: unknown, id: unknown): HTMLElement {
  const face = el("span", "ln-emoji");
  face.append(drawnFace(numberOf(text(product) + text(id)), true));
  face.title = "LINE emoji";
  return face;
}

function linked(part: string, onAction: OnAction): Node[] {
  return part.split(LINK).map((piece, place) => {
    if (place % 2 === 0) return document.createTextNode(piece);
    const link = el("a", "ln-link", piece);
    link.href = piece;
    link.rel = "noreferrer";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      onAction({ type: "uri", uri: piece });
    });
    return link;
  });
}

/** A text whose `$` at some places stand for emoji. */
export function plainText(message: Message, onAction: OnAction): Node[] {
  const whole = text(message.text);
  const marks = list(message.emojis)
    .map((one) => ({ at: number(one.index) ?? -1, one }))
    .filter(({ at }) => whole[at] === "$")
    .sort((a, b) => a.at - b.at);
  const nodes: Node[] = [];
  let place = 0;
  for (const { at, one } of marks) {
    nodes.push(...linked(whole.slice(place, at), onAction), emoji(one.productId, one.emojiId));
    place = at + 1;
  }
  return [...nodes, ...linked(whole.slice(place), onAction)];
}

/** A text in which `{name}` stands for a mention or an emoji, and doubled braces for themselves. */
export function substitutedText(message: Message, onAction: OnAction): Node[] {
  const known = object(message.substitution);
  const nodes: Node[] = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...linked(plain, onAction));
    plain = "";
  };
  const parts = text(message.text).split(/(\{\{|\}\}|\{[0-9A-Za-z_]{1,20}\})/);
  for (const part of parts) {
    if (part === "{{" || part === "}}") plain += part.charAt(0);
    else if (/^\{\w+\}$/.test(part)) {
      flush();
      nodes.push(substituted(object(known[part.slice(1, -1)]), part));
    } else plain += part;
  }
  flush();
  return nodes;
}

function substituted(value: Json, name: string): HTMLElement {
  if (value.type === "emoji") return emoji(value.productId, value.emojiId);
  if (value.type === "mention") {
    const all = object(value.mentionee).type === "all";
    return el("span", "ln-mention", all ? "@All" : "@" + name.slice(1, -1));
  }
  return el("span", "", name);
}
