import { describe, expect, it } from "vitest";
import type { Definition } from "@/features/broadcasts/broadcasts";
import { blank, bodyOf, type Draft, draftOf, lacking, reachOf } from "@/features/broadcasts/draft";

const KEPT: Definition = {
  account: "main",
  purpose: "marketing",
  variants: [{ name: "", share: 0, messages: [{ type: "text", text: "hello" }] }],
  segment: "vip",
  exclude: ["tired"],
  holdout: 10,
  trial: null,
  start_at: "2026-12-01T02:00:00Z",
  local: null,
  per_minute: 500,
  quiet_from: "22:00:00",
  quiet_until: "09:00:00",
  any_hour: false,
  expected: 100,
};

describe("a broadcast that was kept", () => {
  it("is written on as it was, its moment by the clock of the workspace", () => {
    const draft = draftOf("Winter", KEPT);

    expect(draft.at).toBe("2026-12-01T10:00");
    expect(bodyOf(draft)).toEqual({
      name: "Winter",
      account: "main",
      purpose: "marketing",
      messages: [{ type: "text", text: "hello" }],
      segment: "vip",
      exclude: ["tired"],
      holdout_percent: 10,
      send_at: "2026-12-01T02:00:00.000Z",
      per_minute: 500,
      quiet_hours: { from: "22:00", until: "09:00" },
    });
  });

  it("keeps a time on everybody's own clock without a zone", () => {
    const draft = draftOf("Winter", { ...KEPT, start_at: null, local: "2026-12-01T10:00:00" });

    expect(draft.when).toBe("local");
    expect(bodyOf(draft)["send_at_local"]).toBe("2026-12-01T10:00");
  });
});

describe("a draft", () => {
  const two: Draft = {
    ...blank("main"),
    name: "Winter",
    variants: ["A", "B"].map((name) => ({ name, share: 0, messages: [{ type: "text", text: name }] })),
    trial: { percent: 20, hours: 4 },
  };

  it("sends two variants with their trial, in equal parts where no share is given", () => {
    expect(bodyOf(two)).toMatchObject({ variants: [{ name: "A" }, { name: "B" }], trial: { percent: 20, hours: 4 } });
    expect(lacking(two)).toEqual([]);
  });

  it("lacks something while shares do not make a hundred", () => {
    const [first, second] = two.variants as [Draft["variants"][0], Draft["variants"][0]];

    expect(lacking({ ...two, variants: [{ ...first, share: 60 }, { ...second, share: 30 }] })).toEqual(["shares"]);
  });

  it("lacks a moment where one was promised", () => {
    expect(lacking({ ...two, when: "at" })).toEqual(["when"]);
  });

  it("asks for its reach without its words", () => {
    expect(reachOf({ ...two, segment: "vip" })).toEqual({
      name: "",
      account: "main",
      purpose: "marketing",
      segment: "vip",
      messages: [{ type: "text", text: "-" }],
    });
  });
});
