import { expect, it } from "vitest";
import { minutesOf, spanOf, written } from "@/lib/duration";

it("reads what a journey may write", () => {
  expect(minutesOf("PT30M")).toBe(30);
  expect(minutesOf("P1DT2H")).toBe(1_560);
  expect(minutesOf("P2W")).toBe(20_160);
  expect(minutesOf("soon")).toBeNull();
  expect(minutesOf("P")).toBeNull();
});

it("shows a duration in its largest whole unit", () => {
  expect(spanOf("PT90M")).toEqual({ count: 90, unit: "minute" });
  expect(spanOf("PT24H")).toEqual({ count: 1, unit: "day" });
  expect(spanOf("P7D")).toEqual({ count: 7, unit: "day" });
});

it("says again what was chosen", () => {
  for (const text of ["PT5M", "PT3H", "P9D", "P2W"]) {
    const span = spanOf(text);
    expect(span && written(span.count, span.unit)).toBe(text);
  }
});
