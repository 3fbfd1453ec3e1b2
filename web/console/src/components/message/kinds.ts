import { type Json, textAt } from "@/components/message/tree";

const URI: Json = { type: "uri", label: "", uri: "" };

/** The kinds of bubble that can be added, in the order of the menu, each as it begins. */
export const BLANKS = {
  text: { type: "text", text: "" },
  flex: {
    type: "flex",
    altText: "",
    contents: { type: "bubble", body: { type: "box", layout: "vertical", contents: [{ type: "text", text: "", wrap: true }] } },
  },
  image: { type: "image", originalContentUrl: "", previewImageUrl: "" },
  buttons: { type: "template", altText: "", template: { type: "buttons", text: "", actions: [URI] } },
  confirm: {
    type: "template",
    altText: "",
    template: { type: "confirm", text: "", actions: [{ type: "message", label: "", text: "" }, { type: "message", label: "", text: "" }] },
  },
  carousel: { type: "template", altText: "", template: { type: "carousel", columns: [{ text: "", actions: [URI] }] } },
  image_carousel: { type: "template", altText: "", template: { type: "image_carousel", columns: [{ imageUrl: "", action: URI }] } },
  imagemap: { type: "imagemap", baseUrl: "", altText: "", baseSize: { width: 1040, height: 1040 }, actions: [] },
  coupon: { type: "coupon", couponId: "" },
  video: { type: "video", originalContentUrl: "", previewImageUrl: "" },
  audio: { type: "audio", originalContentUrl: "", duration: 10_000 },
  sticker: { type: "sticker", packageId: "446", stickerId: "1988" },
  location: { type: "location", title: "", address: "", latitude: 25.033, longitude: 121.5654 },
} as const satisfies Record<string, Json>;

export type Kind = keyof typeof BLANKS;
export const KINDS = Object.keys(BLANKS) as Kind[];
export const BUBBLES_MAX = 5;
export const QUICK_MAX = 13;

/** What a person calls a message: templates by their own kind. */
export function kindOf(message: Json): string {
  return textAt(message, message["type"] === "template" ? "/template/type" : "/type");
}

/** The first words of a message, for a list. */
export function firstWords(messages: readonly Json[]): string {
  for (const message of messages)
    for (const name of ["text", "altText", "title"] as const) {
      const found = message[name];
      if (typeof found === "string" && found.trim()) return found.trim();
    }
  return "";
}

const SLUG = /[^a-z0-9]+/g;

/** A key for a new message: from its name where that is in Latin letters, else from the moment. */
export function keyFrom(name: string, now: Date): string {
  const slug = name.toLowerCase().replace(SLUG, "-").replace(/^-+|-+$/g, "").slice(0, 50);
  return slug.length >= 3 ? slug : `message-${now.getTime().toString(36)}`;
}
