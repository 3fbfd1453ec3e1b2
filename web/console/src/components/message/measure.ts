/** How LINE counts the text of a field: in UTF-16 units, or in characters as people see them. */
export type Unit = "utf16" | "seen";

const characters = new Intl.Segmenter("zh-TW", { granularity: "grapheme" });

export function lengthOf(text: string, unit: Unit): number {
  return unit === "utf16" ? text.length : [...characters.segment(text)].length;
}

/** Whether a text has something to fill in: its length is only known then. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%");
}
