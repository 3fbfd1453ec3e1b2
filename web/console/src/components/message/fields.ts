import type { Unit } from "@/components/message/measure";
import type { Json } from "@/components/message/tree";

/** Where an action stands: how long its label may be, and whether it needs one. */
export interface Place {
  label: number;
  required: boolean;
  kinds: readonly ActionKind[];
}

export type Field =
  | { as: "text"; name: string; most: number; unit: Unit; lines?: number; required?: boolean }
  | { as: "address"; name: string; required?: boolean }
  | { as: "number"; name: string; least: number; most: number; required?: boolean }
  | { as: "choice"; name: string; words: readonly string[] }
  | { as: "flag"; name: string }
  | { as: "colour"; name: string }
  | { as: "action"; name: string; place: Place; required?: boolean }
  | { as: "part"; name: string; of: readonly Field[] }
  | { as: "list"; name: string; item: string; of: readonly Field[]; least: number; most: number; blank: Json }
  | { as: "actions"; name: string; place: Place; least: number; most: number }
  | { as: "areas"; name: string }
  | { as: "coupon"; name: string }
  | { as: "flex"; name: string };

const EVERYWHERE = ["uri", "message", "postback", "datetimepicker", "clipboard"] as const;
export type ActionKind = (typeof EVERYWHERE)[number] | "camera" | "cameraRoll" | "location" | "richmenuswitch";

export const TEMPLATE: Place = { label: 20, required: true, kinds: EVERYWHERE };
export const PICTURE_CARD: Place = { label: 12, required: false, kinds: EVERYWHERE };
export const FLEX_BUTTON: Place = { label: 40, required: true, kinds: EVERYWHERE };
export const FLEX_TAP: Place = { label: 40, required: false, kinds: EVERYWHERE };
export const QUICK: Place = { label: 20, required: true, kinds: [...EVERYWHERE, "camera", "cameraRoll", "location"] };
export const RICH_MENU: Place = { label: 20, required: false, kinds: [...EVERYWHERE, "richmenuswitch"] };

const seen = (name: string, most: number, required = true, lines = 1): Field => ({ as: "text", name, most, unit: "seen", required, lines });
const units = (name: string, most: number, required = true, lines = 1): Field => ({ as: "text", name, most, unit: "utf16", required, lines });
const address = (name: string, required = true): Field => ({ as: "address", name, required });

/** What each kind of action asks for, beside its label. */
export const ACTION_FIELDS: Record<ActionKind, readonly Field[]> = {
  uri: [address("uri")],
  message: [seen("text", 300)],
  postback: [units("data", 300), seen("displayText", 300, false)],
  datetimepicker: [units("data", 300), { as: "choice", name: "mode", words: ["date", "time", "datetime"] }],
  clipboard: [units("clipboardText", 1000)],
  camera: [],
  cameraRoll: [],
  location: [],
  richmenuswitch: [units("richMenuAliasId", 32), units("data", 300)],
};

const LOOK: readonly Field[] = [
  { as: "choice", name: "imageAspectRatio", words: ["rectangle", "square"] },
  { as: "choice", name: "imageSize", words: ["cover", "contain"] },
];

/** What each kind of message asks for, with LINE's limits; the server has the last word on every one of them. */
export const MESSAGE_FIELDS: Record<string, readonly Field[]> = {
  text: [units("text", 5000, true, 5)],
  textV2: [units("text", 5000, true, 5)],
  sticker: [units("packageId", 20), units("stickerId", 20)],
  image: [address("originalContentUrl"), address("previewImageUrl")],
  video: [address("originalContentUrl"), address("previewImageUrl"), units("trackingId", 100, false)],
  audio: [address("originalContentUrl"), { as: "number", name: "duration", least: 1, most: 86_400_000, required: true }],
  location: [
    units("title", 100),
    units("address", 100),
    { as: "number", name: "latitude", least: -90, most: 90, required: true },
    { as: "number", name: "longitude", least: -180, most: 180, required: true },
  ],
  coupon: [{ as: "coupon", name: "couponId" }, units("deliveryTag", 30, false)],
  imagemap: [
    address("baseUrl"),
    units("altText", 1500),
    { as: "part", name: "baseSize", of: [{ as: "number", name: "height", least: 1, most: 100_000, required: true }] },
    { as: "areas", name: "actions" },
  ],
  flex: [units("altText", 1500), { as: "flex", name: "contents" }],
};

const CARD: readonly Field[] = [address("thumbnailImageUrl", false), seen("title", 40, false)];
const URI: Json = { type: "uri", label: "", uri: "" };

/** What each of the four templates asks for. */
export const TEMPLATE_FIELDS: Record<string, readonly Field[]> = {
  buttons: [...CARD, ...LOOK, seen("text", 160, true, 3), { as: "actions", name: "actions", place: TEMPLATE, least: 1, most: 4 }],
  confirm: [seen("text", 240, true, 3), { as: "actions", name: "actions", place: TEMPLATE, least: 2, most: 2 }],
  carousel: [
    ...LOOK,
    {
      as: "list",
      name: "columns",
      item: "column",
      least: 1,
      most: 10,
      blank: { text: "", actions: [URI] },
      of: [...CARD, seen("text", 120, true, 3), { as: "actions", name: "actions", place: TEMPLATE, least: 1, most: 3 }],
    },
  ],
  image_carousel: [
    {
      as: "list",
      name: "columns",
      item: "column",
      least: 1,
      most: 10,
      blank: { imageUrl: "", action: URI },
      of: [address("imageUrl"), { as: "action", name: "action", place: PICTURE_CARD, required: true }],
    },
  ],
};

/** The fields of one message, with the pointer they stand under. */
export function fieldsOf(message: Json): { under: string; fields: readonly Field[] }[] {
  if (message["type"] !== "template") return [{ under: "", fields: MESSAGE_FIELDS[String(message["type"])] ?? [] }];
  const shape = message["template"] as Json | undefined;
  return [
    { under: "", fields: [units("altText", 1500)] },
    { under: "/template", fields: TEMPLATE_FIELDS[String(shape?.["type"])] ?? [] },
  ];
}
