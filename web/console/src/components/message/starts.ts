import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

interface Start {
  name: string;
  altText: string;
  contents: Json;
}

const text = (value: string, more: Json = {}): Json => ({ type: "text", text: value, wrap: true, ...more });
const box = (layout: string, contents: Json[], more: Json = {}): Json => ({ type: "box", layout, contents, ...more });
const button = (label: string, more: Json = {}): Json => ({
  type: "button",
  style: "primary",
  color: LINE_GREEN,
  action: { type: "uri", label, uri: "https://example.com" },
  ...more,
});

// Colours of what is sent, not of the console: LINE takes them as they are.
const hex = (digits: string) => `#${digits}`;
const LINE_GREEN = hex("06C755");
const QUIET = hex("8C8C8C");
const PALE = hex("FFFFFFCC");
const WHITE = hex("FFFFFF");
const RED = hex("D9483B");

/** Designs a Flex message can begin from, in the language of who writes. */
export function useStarts(): Start[] {
  const w = useWords();
  return [
    {
      name: w("start.coupon"),
      altText: w("start.couponAlt"),
      contents: {
        type: "bubble",
        header: box(
          "vertical",
          [
            text(w("start.couponKicker"), { color: PALE, size: "sm" }),
            text(w("start.couponTitle"), { color: WHITE, size: "3xl", weight: "bold" }),
          ],
          { backgroundColor: LINE_GREEN, paddingAll: "xl" },
        ),
        body: box(
          "vertical",
          [
            text(w("start.couponText"), { size: "md" }),
            { type: "separator", margin: "lg" },
            box("horizontal", [text(w("start.couponCode"), { color: QUIET, size: "sm", flex: 0 }), text("SPRING100", { align: "end", weight: "bold" })], { margin: "lg" }),
            box("horizontal", [text(w("start.couponUntil"), { color: QUIET, size: "sm", flex: 0 }), text("12/31", { align: "end" })], { margin: "sm" }),
          ],
        ),
        footer: box("vertical", [button(w("start.couponButton"))]),
      },
    },
    {
      name: w("start.product"),
      altText: w("start.productAlt"),
      contents: {
        type: "bubble",
        hero: { type: "image", url: "https://example.com/product.jpg", size: "full", aspectRatio: "20:13", aspectMode: "cover" },
        body: box(
          "vertical",
          [
            text(w("start.productName"), { size: "xl", weight: "bold" }),
            box("baseline", [text("NT$1,280", { color: RED, size: "lg", weight: "bold", flex: 0 }), text("NT$1,680", { color: QUIET, size: "sm", decoration: "line-through", margin: "md" })]),
            text(w("start.productText"), { color: QUIET, size: "sm" }),
          ],
          { spacing: "sm" },
        ),
        footer: box("vertical", [button(w("start.productButton"))]),
      },
    },
    {
      name: w("start.reminder"),
      altText: w("start.reminderAlt"),
      contents: {
        type: "bubble",
        size: "kilo",
        body: box(
          "vertical",
          [
            text(w("start.reminderTitle"), { size: "lg", weight: "bold" }),
            text(w("start.reminderText"), { color: QUIET, size: "sm" }),
          ],
          { spacing: "md" },
        ),
        footer: box("vertical", [button(w("start.reminderYes")), button(w("start.reminderNo"), { style: "secondary", color: undefined })], { spacing: "sm" }),
      },
    },
  ].map((start) => ({ ...start, contents: JSON.parse(JSON.stringify(start.contents)) as Json }));
}
