import { describe, expect, it } from "vitest";
import { defined, fill } from "@/lib/words";

const modules = import.meta.glob(["/src/**/{words,*-words}.ts", "/src/**/{identifiers,names,property-names,reasons}.ts"], { eager: true });
const sources = import.meta.glob<string>(["/src/**/*.ts", "!/src/lib/words.ts", "!/src/**/*.test.ts"], { query: "?raw", import: "default", eager: true });
const PLACE = /\{(\w+)\}/g;
const places = (text: string) => [...new Set([...text.matchAll(PLACE)].map((found) => found[1]))].sort();

describe("the dictionaries", () => {
  it("are all loaded", () => {
    expect(Object.keys(modules).length).toBeGreaterThan(1);
    expect(defined.length).toBe(Object.values(sources).filter((text) => text.includes("defineWords(")).length);
  });

  it("have the same keys in every language", () => {
    for (const one of defined) {
      expect(Object.keys(one.ja).sort()).toEqual(Object.keys(one["zh-TW"]).sort());
      expect(Object.keys(one.en).sort()).toEqual(Object.keys(one["zh-TW"]).sort());
    }
  });

  it("say something under every key, with the same places to fill", () => {
    for (const one of defined)
      for (const [key, text] of Object.entries(one["zh-TW"])) {
        for (const other of [one.ja[key] ?? "", one.en[key] ?? ""]) {
          expect(other.trim(), key).not.toBe("");
          expect(places(other), key).toEqual(places(text));
        }
      }
  });

  it("hold no Chinese in English, and kana or kanji in Japanese wherever Chinese is", () => {
    for (const one of defined)
      for (const [key, text] of Object.entries(one.en)) expect(text, key).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  });
});

describe("a sentence", () => {
  it("is filled with numbers in groups of three", () => {
    expect(fill("共 {count} 人", { count: 12480 })).toBe("共 12,480 人");
  });

  it("takes its first form for one", () => {
    expect(fill("{count} person|{count} people", { count: 1 })).toBe("1 person");
    expect(fill("{count} person|{count} people", { count: 2 })).toBe("2 people");
  });

  it("leaves a place without a value as it is", () => {
    expect(fill("{who} 來了")).toBe("{who} 來了");
  });
});
