import { expect, it } from "vitest";
import { grid, scaled, shifted, spanned } from "@/features/line/rect";

const SIZE = { width: 2500, height: 1686 };

it("spans the same area whichever corner is dragged first, and stays in the picture", () => {
  expect(spanned({ x: 10, y: 20 }, { x: 110, y: 70 }, SIZE)).toEqual({ x: 10, y: 20, width: 100, height: 50 });
  expect(spanned({ x: 110, y: 70 }, { x: 10, y: 20 }, SIZE)).toEqual({ x: 10, y: 20, width: 100, height: 50 });
  expect(spanned({ x: 2400, y: 1600 }, { x: 9999, y: 9999 }, SIZE)).toEqual({ x: 2400, y: 1600, width: 100, height: 86 });
});

it("moves an area to the edge and no further", () => {
  const rect = { x: 100, y: 100, width: 200, height: 100 };
  expect(shifted(rect, { x: 9999, y: -9999 }, SIZE)).toEqual({ x: 2300, y: 0, width: 200, height: 100 });
});

it("covers the picture with a grid, without a gap", () => {
  const areas = grid(3, 2, SIZE);
  expect(areas).toHaveLength(6);
  expect(areas.reduce((sum, one) => sum + one.width * one.height, 0)).toBe(SIZE.width * SIZE.height);
});

it("fits areas to a picture of another size", () => {
  expect(scaled({ x: 1250, y: 843, width: 1250, height: 843 }, SIZE, { width: 1200, height: 405 })).toEqual({ x: 600, y: 203, width: 600, height: 202 });
});
