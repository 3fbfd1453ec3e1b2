import type { Language } from "@/lib/language";

export type Translated = Exclude<Language, "en">;

/** Sentences of the server as they stand in its source, `{}` for what is filled in, and how others say them. */
export type Catalogue = Record<string, Record<Translated, string>>;

interface Pattern {
  form: RegExp;
  said: string;
  /** How many signs are the sentence's own. */
  literal: number;
  /** It hands on another sentence, after a colon: a step, a line of a file. */
  wraps: boolean;
}

interface Found extends Pattern {
  values: string[];
}

const END = /(?<=[.?!]) (?=[A-Z'"])/;
const MISTAKES = / (?=Line \d+: )/;
const SENTENCE = /[.?!]$/;
const WORD = /^[^\s[{]+$/;
const LISTS = [
  [/; /, "；"],
  [/, | or | and /, "、"],
] as const;

/** Return what says a sentence of the server in `language`; one that is not in the catalogue stays as it is. */
export function translator(catalogue: Catalogue, language: Translated): (sentence: string) => string {
  const whole = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [template, { [language]: said }] of Object.entries(catalogue)) {
    const parts = template.split("{}");
    if (parts.length === 1) whole.set(template, said);
    else patterns.push({ form: formOf(parts), said, literal: parts.join("").length, wraps: wraps(parts) });
  }

  function known(sentence: string): string | undefined {
    const exactly = whole.get(sentence);
    if (exactly !== undefined) return exactly;
    const found = patterns.flatMap((one): Found[] => {
      const values = one.form.exec(sentence)?.slice(1);
      return values ? [{ ...one, values }] : [];
    });
    const [meant] = found.sort(nearest);
    return meant && filled(meant.said, meant.values);
  }

  /** In 「」 stands a name or a value, as it is; what stands elsewhere may be a sentence or a word of the server itself. */
  function filled(said: string, values: string[]): string {
    return said.replace(/「\{(\d)\}」|\{(\d)\}/g, (_, quoted: string | undefined, plain: string | undefined) =>
      quoted === undefined ? within(values[Number(plain)] ?? "") : `「${unquoted(values[Number(quoted)] ?? "")}」`,
    );
  }

  /** What stands in a hole: a sentence, a word, or a list of phrases and words. */
  function within(value: string): string {
    const exactly = whole.get(value);
    if (exactly !== undefined || SENTENCE.test(value)) return exactly ?? say(value);
    for (const [between, said] of LISTS) {
      const parts = value.split(between);
      const each = parts.length > 1 ? parts.map((part) => known(part) ?? (WORD.test(part) ? part : undefined)) : [undefined];
      if (!each.includes(undefined)) return each.join(said);
    }
    return say(value);
  }

  /** Several sentences after each other, or one that the server closed with a full stop of its own. */
  function apart(sentence: string): string | undefined {
    const sentences = sentence.split(END);
    if (sentences.length > 1) return sentences.map(say).join("");
    const clause = sentence.endsWith(".") ? known(sentence.slice(0, -1)) : undefined;
    return clause && `${clause}。`;
  }

  const say = (sentence: string): string => {
    const mistakes = sentence.split(MISTAKES);
    return mistakes.length > 1 ? mistakes.map(say).join("") : (known(sentence) ?? apart(sentence) ?? sentence);
  };
  return say;
}

function wraps(parts: string[]): boolean {
  return parts.at(-1) === "" && parts.at(-2)?.endsWith(": ") === true;
}

/** A phrase that ends in a value takes no full stop into it. */
function formOf(parts: string[]): RegExp {
  const phrase = parts.at(-1) === "" && !wraps(parts);
  return new RegExp(`^${parts.map(escaped).join("(.*?)")}${phrase ? "(?<![.])" : ""}$`, "is");
}

/** The sentence that was meant swallows no other one, says its own words first, and has most of them. */
function nearest(one: Found, other: Found): number {
  return (
    swallowed(one) - swallowed(other) ||
    (one.values[0] ?? "").length - (other.values[0] ?? "").length ||
    other.literal - one.literal
  );
}

function swallowed({ values, wraps: handsOn }: Found): number {
  return (handsOn ? values.slice(0, -1) : values).filter((value) => END.test(value)).length;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A value as people read it: without the quotation marks of a program. */
function unquoted(value: string): string {
  return /^(['"])(.*)\1$/s.exec(value)?.[2] ?? value;
}
