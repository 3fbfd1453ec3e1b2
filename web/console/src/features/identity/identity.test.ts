import { expect, it } from "vitest";
import { likely, readReason } from "@/features/identity/identity";

it("never says that two records are certainly one person", () => {
  expect(likely(1)).toBe(0.999);
  expect(likely(0.99999)).toBe(0.999);
});

it("rounds a likelihood down", () => {
  expect(likely(0.9996)).toBe(0.999);
  expect(likely(0.9899)).toBe(0.989);
  expect(likely(0.9)).toBe(0.9);
});

it("tells the kind of a reason from what it is about", () => {
  expect(readReason("cut")).toEqual({ kind: "cut", about: "" });
  expect(readReason("veto:given_name")).toEqual({ kind: "veto", about: "given_name" });
  expect(readReason("limit:line:1656000001")).toEqual({ kind: "limit", about: "line:1656000001" });
});
