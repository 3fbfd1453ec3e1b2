import { expect, it } from "vitest";
import { gist, iconOfEvent, KINDS } from "@/features/people/happenings";

const money = (value: number, currency = "TWD") => `${currency} ${value}`;

it("says what an order was worth and where", () => {
  expect(gist({ total: 1280, currency: "JPY", store: "表参道" }, money)).toBe("JPY 1280 · 表参道");
});

it("says nothing about an event that says nothing", () => {
  expect(gist({ items: [], nested: { name: "x" } }, money)).toBe("");
});

it("has a mark for events it never heard of", () => {
  expect(iconOfEvent("something_new")).toBe(iconOfEvent("another"));
});

it("files every event under one kind", () => {
  const all = Object.values(KINDS).flat();

  expect(new Set(all).size).toBe(all.length);
});
