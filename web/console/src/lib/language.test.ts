import { expect, it } from "vitest";
import { firstLanguage } from "@/lib/language";

it("keeps the language that was chosen", () => {
  expect(firstLanguage("ja", ["en-US"])).toBe("ja");
});

it("takes the first language of the browser that it knows", () => {
  expect(firstLanguage(null, ["fr-FR", "ja-JP", "en"])).toBe("ja");
  expect(firstLanguage("klingon", ["en-GB"])).toBe("en");
  expect(firstLanguage(null, ["zh-Hant-HK"])).toBe("zh-TW");
});

it("speaks Taiwanese Mandarin when nothing fits", () => {
  expect(firstLanguage(null, ["th-TH"])).toBe("zh-TW");
});
