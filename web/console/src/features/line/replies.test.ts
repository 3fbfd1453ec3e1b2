import { expect, it } from "vitest";
import { blank, type Draft, draftOf, KINDS, ruleOf } from "@/features/line/replies";

const whole: Draft = {
  ...blank(new Date(0)),
  name: "營業時間",
  keywords: [{ match: "contains", text: "幾點" }],
  data: "book=1",
  account: "shop",
  rank: 20,
  goesOn: true,
  unbinds: true,
  bound: "no",
  hours: { days: ["mon"], from: "09:00", until: "18:00", outside: true },
  tags: ["問過營業時間"],
  messages: [{ type: "text", text: "10 點到 22 點" }],
};

it("says the same after a rule was kept and read again, for every kind", () => {
  for (const kind of KINDS) expect(ruleOf(draftOf(ruleOf({ ...whole, kind })) ?? whole)).toEqual(ruleOf({ ...whole, kind }));
});

it("leaves empty keywords out", () => {
  expect(ruleOf({ ...whole, keywords: [...whole.keywords, { match: "exact", text: " " }] })["on"]).toEqual({ kind: "message", keywords: whole.keywords });
});

it("has no form for the rule of a join source, nor for one that greets both", () => {
  expect(draftOf({ on: { kind: "join", source: "x" } })).toBeNull();
  expect(draftOf({ on: { kind: "follow" } })).toBeNull();
});
