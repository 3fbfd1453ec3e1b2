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
  "{} do not fit: {}.": { "zh-TW": "{0} 則放不下：{1}。", ja: "{0} 通は収まりません：{1}。" },
  "{} more than the budget of {}": { "zh-TW": "比「{1}」的預算多 {0}", ja: "「{1}」の予算を {0} 超えます" },
  "The text may have {} signs, this has {}.": { "zh-TW": "最多 {0} 字，現在 {1} 字。", ja: "{0} 文字まで、今は {1} 文字です。" },
  "{} Beside a picture {} fit.": { "zh-TW": "{0}有圖片時只有 {1} 字。", ja: "{0}画像があるときは {1} 文字です。" },
  "Expected `{}` of length <= {}": { "zh-TW": "{0} 最多 {1} 項", ja: "{0} は {1} 件までです" },
  "There is no {}. If it is yours, say so.": { "zh-TW": "沒有「{0}」，您的就說。", ja: "「{0}」はありません。" },
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

it("prefers the sentence that begins with its own words, and swallows no other", () => {
  expect(zh("9 do not fit: 3 more than the budget of all.")).toBe("9 則放不下：比「all」的預算多 3。");
  expect(zh("The text may have 5 signs, this has 9. Beside a picture 3 fit.")).toBe("最多 5 字，現在 9 字。有圖片時只有 3 字。");
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
  expect(zh("There is no red, green or blue.")).toBe("沒有red、green、blue。");
  expect(zh("It is empty. There is no segment vip.")).toBe("是空的。找不到分眾「vip」。");
  expect(zh("Line 2: There is no x. If it is yours, say so. Line 4: It is empty.")).toBe("第 2 行：沒有「x」，您的就說。第 4 行：是空的。");
  expect(zh("Line 3: It is empty. Line 5: There is no segment vip.")).toBe("第 3 行：是空的。第 5 行：找不到分眾「vip」。");
});

it("closes a phrase that the server closed with a full stop", () => {
  expect(zh("Expected `list` of length <= 10.")).toBe("list 最多 10 項。");
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
