import { describe, expect, it } from "vitest";
import type { Condition } from "@/components/condition/condition";
import { decompose } from "@/components/condition/editor/decompose";
import { compose, conditionOf, emptyDraft, newRow, type Row } from "@/components/condition/editor/draft";

const spent: Condition = {
  event: "Order Completed",
  window: { last: "P30D" },
  measure: { fn: "sum", property: "total" },
  op: "gt",
  value: 3000,
};
const clicked: Condition = {
  event: "message_link_clicked",
  where: { property: "origin", op: "eq", value: "broadcast:winter-coats" },
};

const filled = (row: Row, values: object): Row => Object.assign(row, values);

describe("a draft", () => {
  it("says nothing while it is empty", () => {
    expect(compose(emptyDraft())).toBeNull();
  });

  it("says nothing while one row is half written, so that half never means everyone", () => {
    const whole = filled(newRow("tag"), { tag: "VIP" });

    expect(compose({ ...emptyDraft(), include: [whole, newRow("event")] })).toBeNull();
    expect(compose({ ...emptyDraft(), include: [whole], exclude: [newRow("trait")] })).toBeNull();
    expect(compose({ ...emptyDraft(), include: [whole] })).toEqual({ tag: "VIP" });
  });

  it("joins by all or any, and leaves out whoever any of the others means", () => {
    const a = filled(newRow("tag"), { tag: "A" });
    const b = filled(newRow("tag"), { tag: "B" });
    const c = filled(newRow("tag"), { tag: "C" });

    expect(compose({ joint: "all", include: [a, b], exclude: [] })).toEqual({ all: [{ tag: "A" }, { tag: "B" }] });
    expect(compose({ joint: "any", include: [a, b], exclude: [c] })).toEqual({
      all: [{ any: [{ tag: "A" }, { tag: "B" }] }, { not: { tag: "C" } }],
    });
  });
});

describe("a row", () => {
  it("takes numbers with commas and refuses what is none", () => {
    const row = filled(newRow("event"), { event: "Order Completed", fn: "sum", property: "total", value: "3,000" });

    expect(conditionOf(row)).toMatchObject({ value: 3000, window: { last: "P30D" } });
    expect(conditionOf(filled(row, { value: "many" }))).toBeNull();
    expect(conditionOf(filled(row, { value: "1", property: " " }))).toBeNull();
    expect(conditionOf(filled(row, { property: "total", days: "0" }))).toBeNull();
  });

  it("says which message was clicked, and is taken apart into the same row again", () => {
    const row = filled(newRow("message"), { origin: "broadcast:winter-coats" });

    expect(conditionOf(newRow("message"))).toBeNull();
    expect(conditionOf(row)).toEqual({ message: { did: "clicked", origin: "broadcast:winter-coats" } });
    const lately = { message: { did: "received", origin: "journey:cart" }, window: { last: "P7D" } };
    expect(decompose(lately).include[0]).toMatchObject({ kind: "message", did: "received", origin: "journey:cart", days: "7" });
    expect(decompose({ message: { did: "clicked", origin: "broadcast:a", step: "b" } } as Condition).include[0]).toMatchObject({ kind: "other" });
  });

  it("reads a list however it was separated", () => {
    const row = filled(newRow("trait"), { trait: "tier", op: "in", value: "金卡、銀卡, VIP" });

    expect(conditionOf(row)).toEqual({ trait: "tier", op: "in", value: ["金卡", "銀卡", "VIP"] });
  });

  it("needs no value where the operator needs none", () => {
    expect(conditionOf(filled(newRow("trait"), { trait: "email", op: "exists" }))).toEqual({ trait: "email", op: "exists" });
  });
});

describe("a condition that is taken apart", () => {
  it("comes back as it was", () => {
    for (const condition of [
      { all: [spent, { tag: "VIP" }] },
      { all: [{ any: [spent, { segment: "x" }] }, { not: { any: [{ tag: "A" }, { line_friend: "shop" }] } }] },
      { trait: "birthday", op: "month_is", value: "current" },
      { consent: { purpose: "marketing", channel: "line" } },
    ] as Condition[])
      expect(compose(decompose(condition))).toEqual(condition);
  });

  it("is a row for every part that the form knows", () => {
    const { include } = decompose({ all: [spent, clicked] });

    expect(include.map(({ kind }) => kind)).toEqual(["event", "event"]);
    expect(compose(decompose({ all: [spent, clicked] }))).toEqual({
      all: [spent, { ...clicked, measure: { fn: "count" }, op: "gte", value: 1 }],
    });
  });

  it("keeps what the form has no fields for exactly as it is", () => {
    const strange: Condition = { event: "Order Completed", then: { no_event: "Refund", within: "P1D" }, op: "gte", value: 1 };
    const draft = decompose({ include: strange, exclude: { sample: { percent: 10, seed: "a" } } });

    expect(draft.include[0]?.kind).toBe("other");
    expect(compose(draft)).toEqual({ all: [strange, { not: { sample: { percent: 10, seed: "a" } } }] });
  });
});
