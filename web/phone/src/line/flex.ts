import { el, icon, loadable, picture, tappable } from "./dom";
import * as sizes from "./flex_sizes";
import { emoji } from "./text";
import { type Json, type OnAction, action, list, number, object, text } from "./message";

type Layout = "horizontal" | "vertical" | "baseline";
const BLOCKS = ["header", "hero", "body", "footer"] as const;
const ALONG: Record<string, string> = {
  "flex-start": "flex-start",
  center: "center",
  "flex-end": "flex-end",
  "space-between": "space-between",
  "space-around": "space-around",
  "space-evenly": "space-evenly",
};
const GRAVITY: Record<string, string> = { top: "flex-start", center: "center", bottom: "flex-end" };

/** A bubble, or a row of them. */
export function flex(contents: Json, onAction: OnAction): HTMLElement {
  if (contents.type === "carousel") {
    return el("div", "ln-carousel ln-flexes", ...list(contents.contents).map((one) => bubble(one, onAction)));
  }
  return bubble(contents, onAction);
}

function bubble(shape: Json, onAction: OnAction): HTMLElement {
  const size = text(shape.size, "mega");
  const made = el("div", `ln-card ln-flex ln-flex-${size in sizes.BUBBLE ? size : "mega"}`);
  made.style.width = `${sizes.BUBBLE[size] ?? 300}px`;
  if (shape.direction === "rtl") made.dir = "rtl";
  const styles = object(shape.styles);
  for (const name of BLOCKS) {
    if (shape[name] === undefined) continue;
    const block = el("div", `ln-block ln-${name}`);
    const style = object(styles[name]);
    paint(block, "backgroundColor", style.backgroundColor);
    if (style.separator === true) {
      const line = el("hr", "ln-separator");
      paint(line, "backgroundColor", style.separatorColor);
      block.append(line);
    }
    block.append(component(object(shape[name]), "vertical", onAction));
    made.append(block);
  }
  return tappable(made, action(shape.action), onAction);
}

function component(part: Json, within: Layout, onAction: OnAction): HTMLElement {
  const made = draw(part, onAction);
  stand(made, part, within);
  return made;
}

function draw(part: Json, onAction: OnAction): HTMLElement {
  switch (part.type) {
    case "box":
      return box(part, onAction);
    case "text":
      return words(part, onAction);
    case "button":
      return button(part, onAction);
    case "image":
      return image(part, onAction);
    case "icon":
      return small(part);
    case "video":
      return film(part, onAction);
    case "separator":
      return separator(part);
    default:
      return el("div", "ln-filler");
  }
}

/** Where a component stands: how much of the room it takes, its margin, its place. */
function stand(made: HTMLElement, part: Json, within: Layout): void {
  const share = number(part.flex);
  const lying = within !== "vertical";
  if (share !== undefined) made.style.flex = share === 0 ? "0 0 auto" : `${share} 1 ${lying ? "0px" : "auto"}`;
  else if (part.type === "filler") made.style.flex = "1 1 0px";
  else if (lying && !["icon", "separator"].includes(text(part.type))) {
    made.style.flex = part.type === "box" && part.width ? "0 0 auto" : "1 1 0px";
  } else made.style.flex = "0 0 auto";
  if (lying) made.style.minWidth = "0";
  const margin = sizes.space(part.margin);
  if (margin) made.style[lying ? "marginInlineStart" : "marginTop"] = margin;
  if (part.position === "absolute") made.style.position = "absolute";
  for (const [name, side] of [
    ["offsetTop", "top"],
    ["offsetBottom", "bottom"],
    ["offsetStart", "insetInlineStart"],
    ["offsetEnd", "insetInlineEnd"],
  ] as const) {
    const offset = sizes.offset(part[name]);
    if (offset === undefined) continue;
    if (part.position !== "absolute") made.style.position = "relative";
    made.style[side] = offset;
  }
  const gravity = GRAVITY[text(part.gravity)];
  if (gravity && within === "horizontal") made.style.alignSelf = gravity;
}

function box(part: Json, onAction: OnAction): HTMLElement {
  const layout: Layout = part.layout === "horizontal" || part.layout === "baseline" ? part.layout : "vertical";
  const made = el("div", `ln-box ln-${layout}`);
  const gap = sizes.space(part.spacing);
  const children = list(part.contents);
  children.forEach((child, place) => {
    const inner = component(child, layout, onAction);
    if (gap && place > 0 && child.margin === undefined && child.position !== "absolute") {
      inner.style[layout === "vertical" ? "marginTop" : "marginInlineStart"] = gap;
    }
    made.append(inner);
  });
  pad(made, part);
  paint(made, "backgroundColor", part.backgroundColor);
  const width = sizes.border(part.borderWidth);
  if (width && width !== "0px") {
    made.style.borderWidth = width;
    made.style.borderStyle = "solid";
    made.style.borderColor = "transparent";
    paint(made, "borderColor", part.borderColor);
  }
  const radius = sizes.corner(part.cornerRadius);
  if (radius) {
    made.style.borderRadius = radius;
    made.style.overflow = "hidden";
  }
  for (const name of ["width", "height", "maxWidth", "maxHeight"] as const) {
    const size = sizes.length(part[name]);
    if (size) made.style[name] = size;
  }
  made.style.justifyContent = ALONG[text(part.justifyContent)] ?? "";
  if (layout !== "baseline") made.style.alignItems = ALONG[text(part.alignItems)] ?? "";
  gradient(made, object(part.background));
  return tappable(made, action(part.action), onAction);
}

function pad(made: HTMLElement, part: Json): void {
  for (const [name, side] of [
    ["paddingAll", "padding"],
    ["paddingTop", "paddingTop"],
    ["paddingBottom", "paddingBottom"],
    ["paddingStart", "paddingInlineStart"],
    ["paddingEnd", "paddingInlineEnd"],
  ] as const) {
    const size = sizes.space(part[name]);
    if (size === undefined) continue;
    made.style[side] = size;
    made.classList.add("ln-padded");
  }
}

function gradient(made: HTMLElement, background: Json): void {
  if (background.type !== "linearGradient") return;
  const centre = background.centerColor ? `, ${text(background.centerColor)} ${text(background.centerPosition, "50%")}` : "";
  made.style.backgroundImage = `linear-gradient(${text(background.angle, "0deg")}, ${text(background.startColor)}${centre}, ${text(background.endColor)})`;
}

function words(part: Json, onAction: OnAction): HTMLElement {
  const made = el("div", "ln-text");
  const spans = list(part.contents);
  if (spans.length) {
    for (const span of spans) made.append(dress(el("span", "", text(span.text)), span));
  } else made.append(text(part.text));
  dress(made, part);
  if (part.wrap === true) made.classList.add("ln-wrap");
  const lines = number(part.maxLines);
  if (lines && part.wrap === true) {
    made.classList.add("ln-clamp");
    made.style.setProperty("-webkit-line-clamp", String(lines));
  }
  const align = { start: "start", center: "center", end: "end" }[text(part.align)];
  if (align) made.style.textAlign = align;
  const between = sizes.length(part.lineSpacing);
  if (between) made.style.lineHeight = `calc(1.25em + ${between})`;
  const gravity = GRAVITY[text(part.gravity)];
  if (gravity) made.style.alignSelf = gravity;
  return tappable(made, action(part.action), onAction);
}

function dress<E extends HTMLElement>(made: E, part: Json): E {
  const size = sizes.font(part.size);
  if (size) made.style.fontSize = size;
  if (part.weight === "bold") made.style.fontWeight = "700";
  if (part.style === "italic") made.style.fontStyle = "italic";
  if (part.decoration) made.style.textDecoration = text(part.decoration);
  paint(made, "color", part.color);
  return made;
}

function button(part: Json, onAction: OnAction): HTMLElement {
  const tap = action(part.action);
  const style = ["primary", "secondary"].includes(text(part.style)) ? text(part.style) : "link";
  const made = el("div", `ln-flex-button ln-${style}`, el("span", "", tap?.label ?? ""));
  if (part.height === "sm") made.classList.add("ln-low");
  paint(made, style === "link" ? "color" : "backgroundColor", part.color);
  return tappable(made, tap, onAction);
}

function image(part: Json, onAction: OnAction): HTMLElement {
  const made = el("div", "ln-flex-image");
  const inner = picture(part.url);
  inner.classList.add(part.aspectMode === "cover" ? "ln-cover" : "ln-contain");
  inner.style.aspectRatio = sizes.ratio(part.aspectRatio, "1:1");
  inner.style.width = sizes.pictureSize(part.size ?? "md") ?? "100px";
  paint(inner, "backgroundColor", part.backgroundColor);
  const side = { start: "flex-start", end: "flex-end" }[text(part.align)] ?? "center";
  made.style.justifyContent = side;
  made.append(inner);
  return tappable(made, action(part.action), onAction);
}

function small(part: Json): HTMLElement {
  const inner = loadable(part.url) ? picture(part.url) : emoji("icon", part.url);
  inner.classList.add("ln-flex-icon");
  const height = sizes.font(part.size ?? "md") ?? "16px";
  inner.style.height = height;
  inner.style.width = `calc(${height} * ${sizes.ratio(part.aspectRatio, "1:1")})`;
  return inner;
}

function film(part: Json, onAction: OnAction): HTMLElement {
  const made = el("div", "ln-flex-video", picture(part.previewUrl));
  made.style.aspectRatio = sizes.ratio(part.aspectRatio, "1:1");
  const play = el("button", "ln-play", icon("M9 7l8 5-8 5z"));
  play.type = "button";
  play.setAttribute("aria-label", "▶");
  play.addEventListener("click", (event) => {
    event.stopPropagation();
    const player = el("video");
    player.controls = player.autoplay = player.playsInline = true;
    const source = loadable(part.url);
    if (source) player.src = source;
    player.addEventListener("error", () => {
      made.style.aspectRatio = "auto";
      made.replaceChildren(component(object(part.altContent), "vertical", onAction));
    });
    made.replaceChildren(player);
  });
  made.append(play);
  const tap = action(part.action);
  if (tap) made.append(tappable(el("span", "ln-film-more", tap.label ?? ""), tap, onAction));
  return made;
}

function separator(part: Json): HTMLElement {
  const line = el("hr", "ln-separator");
  paint(line, "backgroundColor", part.color);
  return line;
}

function paint(made: HTMLElement, what: "color" | "backgroundColor" | "borderColor", colour: unknown): void {
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text(colour))) made.style[what] = text(colour);
}
