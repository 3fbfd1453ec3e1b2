import { describe, expect, it } from "vitest";
import { BLANK, bodyOf, demographicOf, type Draft, lacking, recipientOf } from "@/features/narrowcasts/draft";

function draft(values: Partial<Draft> = {}): Draft {
  return { ...BLANK, name: "春裝", account: "main", messages: [{ type: "text", text: "上市" }], ...values };
}

describe("whom a narrowcast is for", () => {
  it("is every friend where nothing is chosen", () => {
    expect(recipientOf(draft())).toBeNull();
    expect(demographicOf(draft())).toBeNull();
  });

  it("is one audience as it is", () => {
    expect(recipientOf(draft({ within: ["vip"] }))).toEqual({ audience: "vip" });
  });

  it("is who is in any, or in all, and in none of those left out", () => {
    const many = { within: ["vip", "new"], without: ["old", "staff"] };
    const any = { or: [{ audience: "vip" }, { audience: "new" }] };
    const not = { not: { or: [{ audience: "old" }, { audience: "staff" }] } };
    expect(recipientOf(draft(many))).toEqual({ and: [any, not] });
    expect(recipientOf(draft({ within: ["vip", "new"], every: true }))).toEqual({ and: any.or });
    expect(recipientOf(draft({ without: ["old"] }))).toEqual({ not: { audience: "old" } });
  });

  it("joins LINE's filters, and takes one alone as it is", () => {
    const woman = { type: "gender", oneOf: ["female"] };
    const young = { type: "age", lt: "age_30" };
    expect(demographicOf(draft({ gender: "female" }))).toEqual(woman);
    expect(demographicOf(draft({ gender: "female", ageBelow: "age_30" }))).toEqual({ type: "operator", and: [woman, young] });
  });
});

describe("what is sent to the server", () => {
  it("leaves out what was left empty", () => {
    expect(bodyOf(draft())).toEqual({ name: "春裝", account: "main", messages: [{ type: "text", text: "上市" }], up_to_quota: false });
  });

  it("names what is missing", () => {
    expect(lacking({ ...BLANK, messages: [] })).toEqual(["name", "account", "messages"]);
    expect(lacking(draft({ when: "at" }))).toEqual(["moment"]);
    expect(lacking(draft())).toEqual([]);
  });
});
