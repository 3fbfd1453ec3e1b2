import { type Catalogue, type Translated, translator } from "@/api/sentences/match";

const rooms = import.meta.glob<Catalogue>("./*.json", { eager: true, import: "default" });

/** Every sentence, of all rooms of the server; it is large, so that it is loaded where it is needed first. */
export const catalogue: Catalogue = Object.assign({}, ...Object.values(rooms)) as Catalogue;

/** What says a sentence of the server, in each language. */
export function voices(): Record<Translated, (sentence: string) => string> {
  return { "zh-TW": translator(catalogue, "zh-TW"), ja: translator(catalogue, "ja") };
}
