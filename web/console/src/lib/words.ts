import { useCallback } from "react";
import { type Language, useLanguage } from "@/lib/language";

export type Dictionary = Record<string, string>;
export type Values = Record<string, string | number>;

/** Every dictionary that was defined, for the test that holds them against each other. */
export const defined: Record<Language, Dictionary>[] = [];

/**
 * Fill a sentence: `{name}` is replaced; `one|many` is chosen by `count`, where a language makes the difference.
 */
export function fill(text: string, values: Values = {}): string {
  const forms = text.split("|");
  const chosen = forms.length > 1 && values["count"] === 1 ? forms[0] : forms[forms.length - 1];
  return (chosen ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString("en-US") : value;
  });
}

/**
 * The words of one feature in all languages. The first dictionary gives the keys; the types refuse a translation that
 * lacks one or has one too many.
 */
export function defineWords<const Zh extends Dictionary>(
  zh: Zh,
  ja: Record<keyof Zh, string>,
  en: Record<keyof Zh, string>,
) {
  const all: Record<Language, Record<keyof Zh, string>> = { "zh-TW": zh, ja, en };
  defined.push(all);

  function say(language: Language, key: keyof Zh, values?: Values): string {
    return fill(all[language][key], values);
  }

  function useWords() {
    const language = useLanguage();
    return useCallback((key: keyof Zh, values?: Values) => say(language, key, values), [language]);
  }

  /** The word for a code that came from the server, or the code itself if it is new to us. */
  function useCodes() {
    const language = useLanguage();
    return useCallback(
      (prefix: string, code: string, values?: Values): string => {
        const word = (all[language] as Dictionary)[`${prefix}.${code}`];
        return word === undefined ? code : fill(word, values);
      },
      [language],
    );
  }

  return { say, useWords, useCodes };
}
