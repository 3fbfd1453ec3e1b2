import { expect, test } from "vitest";
import { inForce, type Plan } from "@/features/settings/money";

const plan = (key: string, valid_from: string, own = false): Plan => ({
  key,
  valid_from,
  own,
  country: "TW",
  name: key,
  currency: "TWD",
  fee: 800,
  included: 3000,
  extra: [],
  source: "",
  note: "",
});

test("of a plan the latest price that has begun holds", () => {
  const found = inForce([plan("a", "2024-01-01"), plan("a", "2026-01-01"), plan("a", "2027-01-01")], "2026-06-01");
  expect(found.map((one) => one.valid_from)).toEqual(["2026-01-01"]);
});

test("the brand's own price goes before the table's, whenever it began", () => {
  const found = inForce([plan("a", "2026-01-01"), plan("a", "2025-01-01", true)], "2026-06-01");
  expect(found.map((one) => one.own)).toEqual([true]);
});
