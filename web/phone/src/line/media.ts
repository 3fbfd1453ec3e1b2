import { el, icon, loadable, picture, tappable } from "./dom";
import { drawnFace, numberOf } from "./drawn";
import { type Message, type OnAction, type RenderOptions, action, list, number, object, text } from "./message";
import { word } from "./words";

export function image(message: Message, onAction: OnAction): HTMLElement {
  const box = el("div", "ln-image", picture(message.previewImageUrl ?? message.originalContentUrl));
  const address = text(message.originalContentUrl);
  return tappable(box, address ? { type: "image", uri: address } : undefined, onAction);
}

export function video(message: Message, options: RenderOptions): HTMLElement {
  const box = el("div", "ln-video", picture(message.previewImageUrl));
  const source = loadable(message.originalContentUrl);
  const play = el("button", "ln-play", icon("M9 7l8 5-8 5z"));
  play.type = "button";
  play.setAttribute("aria-label", word(options.locale, "video"));
  play.addEventListener("click", () => {
    const player = el("video");
    player.controls = true;
    player.playsInline = true;
    player.addEventListener("ended", () => watched(message, options));
    player.addEventListener("error", () => watched(message, options));
    if (source) player.src = source;
    box.replaceChildren(player);
    void player.play().catch(() => undefined);
  });
  box.append(play);
  return box;
}

function watched(message: Message, options: RenderOptions): void {
  options.onWatched?.(text(message.trackingId));
}

export function audio(message: Message, options: RenderOptions): HTMLElement {
  const seconds = Math.round((number(message.duration) ?? 0) / 1000);
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const box = el("div", "ln-bubble ln-audio", icon("M8 6l10 6-10 6z"), waves(seconds), el("span", "", length));
  box.setAttribute("aria-label", word(options.locale, "audio"));
  const source = loadable(message.originalContentUrl);
  if (source) {
    const player = new Audio();
    box.addEventListener("click", () => {
      player.src = source;
      void player.play().catch(() => undefined);
    });
  }
  return box;
}

function waves(seed: number): HTMLElement {
  const box = el("span", "ln-waves");
  for (let bar = 0; bar < 18; bar += 1) {
    const one = el("i");
    one.style.height = `${25 + (((bar * 37 + seed * 13) % 7) / 7) * 75}%`;
    box.append(one);
  }
  return box;
}

export function sticker(message: Message): HTMLElement {
  const name = `${text(message.packageId)}/${text(message.stickerId)}`;
  const box = el("div", "ln-sticker");
  box.append(drawnFace(numberOf(name)));
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `sticker ${name}`);
  return box;
}

export function place(message: Message, onAction: OnAction, options: RenderOptions): HTMLElement {
  const map = el("div", "ln-map", icon("M12 21s-6-5.7-6-10.5a6 6 0 1 1 12 0C18 15.3 12 21 12 21z M12 12.6a2.2 2.2 0 1 0 0-.01"));
  const title = text(message.title) || word(options.locale, "location");
  const words = el("div", "ln-map-words", el("b", "", title), el("span", "", text(message.address)));
  const where = `https://maps.google.com/?q=${number(message.latitude) ?? 0},${number(message.longitude) ?? 0}`;
  return tappable(el("div", "ln-card ln-place", map, words), { type: "uri", uri: where, label: title }, onAction);
}

export function imagemap(message: Message, onAction: OnAction): HTMLElement {
  const base = object(message.baseSize);
  const width = number(base.width) ?? 1040;
  const height = number(base.height) ?? 1040;
  const box = el("div", "ln-imagemap", picture(`${text(message.baseUrl)}/1040`, text(message.altText)));
  box.style.aspectRatio = `${width} / ${height}`;
  for (const one of list(message.actions)) {
    const spot = el("div", "ln-spot");
    const area = object(one.area);
    place_area(spot, area, width, height);
    const tap = action(one.type === "uri" ? { ...one, uri: one.linkUri } : one);
    box.append(tappable(spot, tap && (one as typeof tap), onAction));
  }
  const film = object(message.video);
  if (film.originalContentUrl) {
    const spot = video({ type: "video", ...film }, {});
    spot.classList.add("ln-spot");
    place_area(spot, object(film.area), width, height);
    box.append(spot);
  }
  return box;
}

function place_area(spot: HTMLElement, area: Record<string, unknown>, width: number, height: number): void {
  spot.style.left = `${((number(area.x) ?? 0) / width) * 100}%`;
  spot.style.top = `${((number(area.y) ?? 0) / height) * 100}%`;
  spot.style.width = `${((number(area.width) ?? 0) / width) * 100}%`;
  spot.style.height = `${((number(area.height) ?? 0) / height) * 100}%`;
}

export function coupon(message: Message, onAction: OnAction, options: RenderOptions): HTMLElement {
  const id = text(message.couponId);
  const known = options.coupons?.[id];
  const card = el("div", "ln-card ln-coupon");
  const head = el("div", "ln-coupon-head");
  if (known?.imageUrl) head.append(picture(known.imageUrl));
  else head.append(icon("M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v2a2 2 0 0 0 0 4v2a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-2a2 2 0 0 0 0-4z M14 6v3 M14 11v2 M14 15v3"));
  const state = known?.used ? "couponUsed" : known?.running === false ? "couponOver" : known?.taken ? "couponTaken" : undefined;
  const body = el(
    "div",
    "ln-coupon-body",
    el("small", "", word(options.locale, "coupon")),
    el("b", "", known?.title ?? word(options.locale, "coupon")),
    known?.endTimestamp !== undefined &&
      el("span", "", `${word(options.locale, "until")} ${day(known.endTimestamp, options.locale)}`),
  );
  const foot = el("div", "ln-coupon-foot", state ? word(options.locale, state) : word(options.locale, "couponTap"));
  if (state) foot.classList.add("ln-coupon-quiet");
  card.append(head, body, foot);
  return tappable(card, { type: "coupon", couponId: id, label: known?.title ?? "" }, onAction);
}

function day(seconds: number, locale: string | undefined): string {
  return new Date(seconds * 1000).toLocaleDateString(locale ?? "zh-TW", { year: "numeric", month: "2-digit", day: "2-digit" });
}
