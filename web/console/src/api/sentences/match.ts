import type { Language } from "@/lib/language";

export type Translated = Exclude<Language, "en">;

/** Sentences of the server as they stand in its source, `{}` for what is filled in, and how others say them. */
export type Catalogue = Record<string, Record<Translated, string>>;

interface Pattern {
  form: RegExp;
  said: string;
  /** How many signs are the sentence's own; the sentence with the most is the one that was meant. */
  literal: number;
}

const END = /(?<=[.?!]) (?=[A-Z'"])/;
const LISTS = [
  ["; ", "；"],
  [", ", "、"],
] as const;

/** Return what says a sentence of the server in `language`; one that is not in the catalogue stays as it is. */
export function translator(catalogue: Catalogue, language: Translated): (sentence: string) => string {
  const whole = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [template, { [language]: said }] of Object.entries(catalogue)) {
    const parts = template.split("{}");
    if (parts.length === 1) whole.set(template, said);
    else patterns.push({ form: new RegExp(`^${parts.map(escaped).join("(.*?)")}$`, "s"), said, literal: parts.join("").length });
  }
  patterns.sort((one, other) => other.literal - one.literal);

  function known(sentence: string): string | undefined {
    const exactly = whole.get(sentence) ?? listed(sentence);
    if (exactly !== undefined) return exactly;
    for (const { form, said } of patterns) {
      const found = form.exec(sentence);
      if (found) return filled(said, found.slice(1));
    }
    return undefined;
  }

  /** In 「」 stands a name or a value, as it is; what stands elsewhere may be a sentence or a word of the server itself. */
  function filled(said: string, values: string[]): string {
    return said.replace(/「\{(\d)\}」|\{(\d)\}/g, (_, quoted: string | undefined, plain: string | undefined) =>
      quoted === undefined ? say(values[Number(plain)] ?? "") : `「${unquoted(values[Number(quoted)] ?? "")}」`,
    );
  }

  /** A list of things, each of which is known. */
  function listed(sentence: string): string | undefined {
    for (const [between, said] of LISTS) {
      const parts = sentence.split(between);
      const each = parts.length > 1 ? parts.map(known) : [undefined];
      if (!each.includes(undefined)) return each.join(said);
    }
    return undefined;
  }

  /** Several sentences after each other, or one that the server closed with a full stop of its own. */
  function apart(sentence: string): string | undefined {
    const sentences = sentence.split(END);
    if (sentences.length > 1) return sentences.map(say).join("");
    const clause = sentence.endsWith(".") ? known(sentence.slice(0, -1)) : undefined;
    return clause && `${clause}。`;
  }

  const say = (sentence: string): string =>
    known(sentence) ?? apart(sentence) ?? known(sentence.charAt(0).toLowerCase() + sentence.slice(1)) ?? sentence;
  return say;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A value as people read it: without the quotation marks of a program. */
function unquoted(value: string): string {
  return /^(['"])(.*)\1$/s.exec(value)?.[2] ?? value;
}
