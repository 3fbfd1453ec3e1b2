import { expect, it } from "vitest";
import { catalogue } from "@/api/sentences/catalogue";
import { translator } from "@/api/sentences/match";

const SOME = {
  "There is no segment {}.": { "zh-TW": "找不到分眾「{0}」。", ja: "セグメント「{0}」は見つかりません。" },
  "There is no {}.": { "zh-TW": "沒有{0}。", ja: "{0}はありません。" },
  "The segment {} is used by {}.": { "zh-TW": "{1}用到分眾「{0}」。", ja: "{1}がセグメント「{0}」を使っています。" },
  "journey {}": { "zh-TW": "旅程「{0}」", ja: "ジャーニー「{0}」" },
  "Step {}: {}": { "zh-TW": "步驟「{0}」：{1}", ja: "ステップ「{0}」：{1}" },
  "line {}: {}": { "zh-TW": "第 {0} 行：{1}", ja: "{0} 行目：{1}" },
  "It is empty.": { "zh-TW": "是空的。", ja: "空です。" },
  "It costs $1 (more or less).": { "zh-TW": "大約一元。", ja: "約 1 ドル。" },
  none: { "zh-TW": "無", ja: "なし" },
};
const zh = translator(SOME, "zh-TW");
const ja = translator(SOME, "ja");

it("fills what the server filled, in the order of the language", () => {
  expect(zh("The segment vip is used by others.")).toBe("others用到分眾「vip」。");
  expect(ja("There is no segment vip.")).toBe("セグメント「vip」は見つかりません。");
});

it("takes the quotation marks of a program off a name", () => {
  expect(zh("There is no segment 'vip'.")).toBe("找不到分眾「vip」。");
  expect(zh('There is no segment "老客".')).toBe("找不到分眾「老客」。");
});

it("prefers the sentence with more words of its own", () => {
  expect(zh("There is no segment vip.")).toBe("找不到分眾「vip」。");
  expect(zh("There is no way.")).toBe("沒有way。");
});

it("leaves a name as it is, even one that is a word of the server", () => {
  expect(zh("There is no segment none.")).toBe("找不到分眾「none」。");
  expect(zh("There is no none.")).toBe("沒有無。");
});

it("says the sentence within a sentence", () => {
  expect(zh("Step 'ask': There is no segment vip.")).toBe("步驟「ask」：找不到分眾「vip」。");
});

it("says each of a list of things, and each of several sentences", () => {
  expect(zh("The segment vip is used by journey a, journey b.")).toBe("旅程「a」、旅程「b」用到分眾「vip」。");
  expect(zh("It is empty. There is no segment vip.")).toBe("是空的。找不到分眾「vip」。");
  expect(zh("Line 3: It is empty. Line 5: There is no segment vip.")).toBe("第 3 行：是空的。第 5 行：找不到分眾「vip」。");
});

it("takes signs of a sentence for what they are, not for a pattern", () => {
  expect(zh("It costs $1 (more or less).")).toBe("大約一元。");
  expect(zh("It costs $1 more or less.")).toBe("It costs $1 more or less.");
});

it("leaves what it does not know as it is", () => {
  expect(zh("Something new happened.")).toBe("Something new happened.");
  expect(zh("")).toBe("");
});

it("finds every sentence of the catalogue again when it is filled", () => {
  const say = translator(catalogue, "zh-TW");
  const lost = Object.keys(catalogue).filter((template) => {
    let hole = 0;
    const sentence = template.replaceAll("{}", () => `q${(hole += 1)}`);
    return say(sentence) === sentence;
  });
  expect(lost).toEqual([]);
});
