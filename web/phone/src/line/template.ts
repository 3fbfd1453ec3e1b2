import { el, picture, tappable } from "./dom";
import { type Json, type Message, type OnAction, action, list, object, text } from "./message";

/** Buttons, confirm, carousel and image carousel. */
export function template(message: Message, onAction: OnAction): HTMLElement {
  const shape = object(message.template);
  switch (shape.type) {
    case "buttons":
      return card(shape, shape, onAction);
    case "confirm":
      return confirm(shape, onAction);
    case "carousel":
      return el("div", "ln-carousel", ...list(shape.columns).map((column) => card(column, shape, onAction)));
    case "image_carousel":
      return el("div", "ln-carousel", ...list(shape.columns).map((column) => pictureCard(column, onAction)));
    default:
      return el("div", "ln-bubble", text(message.altText));
  }
}

function buttons(owner: Json, onAction: OnAction): HTMLElement[] {
  return list(owner.actions).map((one) =>
    tappable(el("div", "ln-button", text(one.label)), action(one), onAction),
  );
}

function card(column: Json, shape: Json, onAction: OnAction): HTMLElement {
  const made = el("div", "ln-card ln-template");
  if (column.thumbnailImageUrl) {
    const image = picture(column.thumbnailImageUrl);
    image.classList.add(shape.imageAspectRatio === "square" ? "ln-square" : "ln-wide");
    if (shape.imageSize === "contain") image.classList.add("ln-contain");
    const colour = text(column.imageBackgroundColor) || text(shape.imageBackgroundColor);
    if (colour) image.style.backgroundColor = colour;
    made.append(image);
  }
  const words = el("div", "ln-template-words");
  if (column.title) words.append(el("b", "", text(column.title)));
  words.append(el("p", "", text(column.text)));
  made.append(words, el("div", "ln-buttons", ...buttons(column, onAction)));
  return tappable(made, action(column.defaultAction), onAction);
}

function confirm(shape: Json, onAction: OnAction): HTMLElement {
  return el(
    "div",
    "ln-card ln-template",
    el("div", "ln-template-words", el("p", "", text(shape.text))),
    el("div", "ln-buttons ln-beside", ...buttons(shape, onAction)),
  );
}

function pictureCard(column: Json, onAction: OnAction): HTMLElement {
  const label = text(object(column.action).label);
  const made = el("div", "ln-picture-card", picture(column.imageUrl), label ? el("span", "", label) : undefined);
  return tappable(made, action(column.action), onAction);
}
