import { useSyncExternalStore } from "react";

/** The languages of the console, the first one first. */
export const LANGUAGES = ["zh-TW", "ja", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = {
  "zh-TW": "繁體中文",
  ja: "日本語",
  en: "English",
};

/** What a document in this language declares, so that fonts and screen readers choose right. */
const HTML_LANG: Record<Language, string> = { "zh-TW": "zh-Hant-TW", ja: "ja", en: "en" };
const KEPT = "tieline.language";
const listeners = new Set<() => void>();

function isLanguage(text: string | null): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** The language somebody chose here; else the first one the browser asks for; else zh-TW. */
export function firstLanguage(kept: string | null, wanted: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  for (const one of wanted) {
    const short = one.toLowerCase();
    if (short.startsWith("zh")) return "zh-TW";
    if (short.startsWith("ja")) return "ja";
    if (short.startsWith("en")) return "en";
  }
  return "zh-TW";
}

let current: Language = firstLanguage(localStorage.getItem(KEPT), navigator.languages);
document.documentElement.lang = HTML_LANG[current];

export function currentLanguage(): Language {
  return current;
}

export function chooseLanguage(language: Language): void {
  current = language;
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = HTML_LANG[language];
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, currentLanguage);
}
