import { expect, it } from "vitest";
import { csvOf } from "@/lib/csv";

it("writes a text with commas, quotes and lines as one cell", () => {
  expect(csvOf(["名稱", "人"], [['信義,"A"', 3]])).toBe('\ufeff名稱,人\r\n"信義,""A""",3\r\n');
});

it("never lets a text become a formula, and leaves negative numbers alone", () => {
  expect(csvOf(["a"], [["=1+1"], ["@x"], [-2], [null]])).toBe("\ufeffa\r\n'=1+1\r\n'@x\r\n-2\r\n\r\n");
});
