import { useCallback, useSyncExternalStore } from "react";
import type { Translated } from "@/api/sentences/match";
import { useLanguage } from "@/lib/language";

type Say = (sentence: string) => string;

let voices: Record<Translated, Say> | undefined;
let asked: Promise<void> | undefined;
const listeners = new Set<() => void>();

/** Fetch the catalogue, once; who cannot have it reads English. */
async function fetchVoices(): Promise<void> {
  try {
    voices = (await import("@/api/sentences/catalogue")).voices();
  } catch {
    const asItIs: Say = (sentence) => sentence;
    voices = { "zh-TW": asItIs, ja: asItIs };
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * What the server said, in the reader's language: one sentence, or an error with its way out. While the catalogue is on
 * its way, which is asked for by the first sentence that is to be shown, nothing is said.
 */
export function useSaid(): (...sentences: (string | undefined)[]) => string {
  const language = useLanguage();
  const ready = useSyncExternalStore(subscribe, () => voices);
  return useCallback(
    (...sentences) => {
      const said = sentences.filter((sentence): sentence is string => Boolean(sentence));
      if (language === "en") return said.join(" ");
      if (said.length > 0 && !ready) asked ??= fetchVoices();
      return ready ? said.map(ready[language]).join("") : "";
    },
    [language, ready],
  );
}
