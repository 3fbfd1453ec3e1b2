/** A rectangle in the pixels of a picture. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Point {
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

/** A smaller one was a click, not a drag. */
export const LEAST = 24;

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

/** The rectangle between two corners, inside of the picture, in whole pixels. */
export function spanned(from: Point, to: Point, size: Size): Rect {
  const clamp = (point: Point) => ({ x: between(point.x, 0, size.width), y: between(point.y, 0, size.height) });
  const [a, b] = [clamp(from), clamp(to)];
  const x = Math.round(Math.min(a.x, b.x));
  const y = Math.round(Math.min(a.y, b.y));
  return { x, y, width: Math.round(Math.max(a.x, b.x)) - x, height: Math.round(Math.max(a.y, b.y)) - y };
}

/** The rectangle at another place; it never leaves the picture and never changes its size. */
export function shifted(rect: Rect, by: Point, size: Size): Rect {
  return {
    ...rect,
    x: Math.round(between(rect.x + by.x, 0, size.width - rect.width)),
    y: Math.round(between(rect.y + by.y, 0, size.height - rect.height)),
  };
}

/** The same areas on a picture of another size. */
export function scaled(rect: Rect, from: Size, to: Size): Rect {
  const [across, down] = [to.width / from.width, to.height / from.height];
  const x = Math.round(rect.x * across);
  const y = Math.round(rect.y * down);
  return {
    x,
    y,
    width: Math.max(1, Math.min(Math.round(rect.width * across), to.width - x)),
    height: Math.max(1, Math.min(Math.round(rect.height * down), to.height - y)),
  };
}

/** Equal areas: three across and two down, or what is asked for. */
export function grid(columns: number, lines: number, size: Size): Rect[] {
  const made: Rect[] = [];
  for (let line = 0; line < lines; line++)
    for (let column = 0; column < columns; column++) {
      const x = Math.round((size.width * column) / columns);
      const y = Math.round((size.height * line) / lines);
      made.push({
        x,
        y,
        width: Math.round((size.width * (column + 1)) / columns) - x,
        height: Math.round((size.height * (line + 1)) / lines) - y,
      });
    }
  return made;
}
