import { type Field, FLEX_BUTTON, FLEX_TAP } from "@/components/message/fields";
import type { Json } from "@/components/message/tree";

/** The parts of a Flex bubble that forms make, and what each asks for. What JSON says beside that is kept. */
const STEPS = ["none", "xs", "sm", "md", "lg", "xl", "xxl"] as const;
const SIZES = ["xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"] as const;
const ALIGN: Field = { as: "choice", name: "align", words: ["start", "center", "end"] };
const MARGIN: Field = { as: "choice", name: "margin", words: STEPS };
const TAP: Field = { as: "action", name: "action", place: FLEX_TAP };

export const PART_FIELDS: Record<string, readonly Field[]> = {
  text: [
    { as: "text", name: "text", most: 5000, unit: "utf16", lines: 2, required: true },
    { as: "choice", name: "size", words: SIZES },
    { as: "choice", name: "weight", words: ["regular", "bold"] },
    { as: "colour", name: "color" },
    ALIGN,
    { as: "choice", name: "decoration", words: ["none", "underline", "line-through"] },
    MARGIN,
    { as: "flag", name: "wrap" },
  ],
  image: [
    { as: "address", name: "url", required: true },
    { as: "choice", name: "size", words: [...SIZES, "full"] },
    { as: "text", name: "aspectRatio", most: 20, unit: "utf16" },
    { as: "choice", name: "aspectMode", words: ["cover", "fit"] },
    MARGIN,
    TAP,
  ],
  button: [
    { as: "choice", name: "style", words: ["primary", "secondary", "link"] },
    { as: "colour", name: "color" },
    { as: "choice", name: "height", words: ["sm", "md"] },
    { as: "action", name: "action", place: FLEX_BUTTON, required: true },
    MARGIN,
  ],
  box: [
    { as: "choice", name: "layout", words: ["vertical", "horizontal", "baseline"] },
    { as: "colour", name: "backgroundColor" },
    { as: "choice", name: "spacing", words: STEPS },
    { as: "choice", name: "paddingAll", words: STEPS },
    { as: "choice", name: "cornerRadius", words: STEPS },
    MARGIN,
    TAP,
  ],
  icon: [
    { as: "address", name: "url", required: true },
    { as: "choice", name: "size", words: SIZES },
  ],
  separator: [MARGIN, { as: "colour", name: "color" }],
  filler: [],
  video: [
    { as: "address", name: "url", required: true },
    { as: "address", name: "previewUrl", required: true },
    { as: "text", name: "aspectRatio", most: 20, unit: "utf16" },
  ],
};

export const PART_BLANKS: Record<string, Json> = {
  text: { type: "text", text: "", wrap: true },
  image: { type: "image", url: "", size: "full", aspectRatio: "20:13", aspectMode: "cover" },
  button: { type: "button", style: "primary", action: { type: "uri", label: "", uri: "" } },
  separator: { type: "separator", margin: "md" },
  box: { type: "box", layout: "horizontal", contents: [] },
};
export const IN_BASELINE = ["text", "icon", "filler"];
export const BLOCKS = ["header", "hero", "body", "footer"] as const;
export const BUBBLE_SIZES = ["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"] as const;
export const BUBBLES_MAX = 12;

export const BLOCK_BLANKS: Record<(typeof BLOCKS)[number], Json> = {
  header: { type: "box", layout: "vertical", contents: [PART_BLANKS["text"]] },
  hero: PART_BLANKS["image"] as Json,
  body: { type: "box", layout: "vertical", contents: [PART_BLANKS["text"]] },
  footer: { type: "box", layout: "vertical", contents: [PART_BLANKS["button"]] },
};

/** Make a row of bubbles of one bubble, and one bubble of a row of one. */
export function asCarousel(contents: Json): Json {
  return { type: "carousel", contents: [contents] };
}
