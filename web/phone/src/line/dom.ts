import { type Action, type OnAction, text } from "./message";

type Child = Node | string | undefined | false;

/** Make an element; texts become text nodes, so nothing a message holds is ever read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const child of children) if (child) made.append(child);
  return made;
}

/** Let an element do an action when it is tapped, by finger or keyboard. */
export function tappable<E extends HTMLElement>(element: E, action: Action | undefined, onAction: OnAction): E {
  if (!action) return element;
  element.classList.add("ln-tap");
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  if (action.label) element.setAttribute("aria-label", action.label);
  const act = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
    onAction(action);
  };
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.target === element && (event.key === "Enter" || event.key === " ")) act(event);
  });
  return element;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Return an address that may be loaded: HTTPS, this machine, this page, or a picture in the text itself. */
export function loadable(address: unknown): string | undefined {
  const given = text(address);
  if (!given) return undefined;
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml);/.test(given)) return given;
  try {
    const url = new URL(given, location.href);
    const local = url.protocol === "http:" && LOOPBACK.has(url.host.replace(/:\d+$/, ""));
    return url.protocol === "https:" || local || url.origin === location.origin ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** An image that says so kindly when it cannot be loaded. */
export function picture(address: unknown, alt = ""): HTMLElement {
  const source = loadable(address);
  const frame = el("span", "ln-pic");
  const fail = () => {
    frame.classList.add("ln-pic-lost");
    frame.replaceChildren(lost());
  };
  if (!source) {
    fail();
    return frame;
  }
  const image = el("img");
  image.alt = alt;
  image.decoding = "async";
  image.loading = "lazy";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", fail);
  image.src = source;
  frame.append(image);
  return frame;
}

function lost(): Element {
  const svg = icon(
    "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15.5 9.5a1.2 1.2 0 1 0 0-.01",
  );
  svg.setAttribute("role", "img");
  return svg;
}

/** A drawing of lines on a field of 24 by 24. */
export function icon(path: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("ln-icon");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
