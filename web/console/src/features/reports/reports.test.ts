import { expect, it } from "vitest";
import { type Attribution, originRows, type Savings } from "@/features/reports/reports";

const savings = { origins: [{ origin: "broadcast:a", messages: 100 }, { origin: "journey:b", messages: 20 }] } as Savings;
const attribution = {
  by: { clicked: { soft: false, origins: [{ origin: null, results: 9, people: 9, value: 900 }, { origin: "journey:b", results: 2, people: 2, value: 500 }] } },
} as unknown as Attribution;

it("puts messages and the orders that came by them in one row, the most valuable first", () => {
  expect(originRows(savings, attribution)).toEqual([
    { origin: "journey:b", messages: 20, orders: 2, people: 2, value: 500 },
    { origin: "broadcast:a", messages: 100, orders: 0, people: 0, value: 0 },
  ]);
});

it("gives orders that no message came before to nobody", () => {
  expect(originRows(undefined, attribution).map(({ origin }) => origin)).toEqual(["journey:b"]);
});
