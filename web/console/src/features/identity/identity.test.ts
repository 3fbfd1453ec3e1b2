import { expect, it } from "vitest";
import { likely } from "@/features/identity/identity";

it("never says that two records are certainly one person", () => {
  expect(likely(1)).toBe(0.999);
  expect(likely(0.99999)).toBe(0.999);
});

it("rounds a likelihood down", () => {
  expect(likely(0.9996)).toBe(0.999);
  expect(likely(0.9899)).toBe(0.989);
  expect(likely(0.9)).toBe(0.9);
});
