import { text } from "./message";

/** LINE's words for sizes, in points of the phone. Source: LINE's Flex Message reference and its simulator. */
export const BUBBLE: Record<string, number> = {
  nano: 120,
  micro: 160,
  deca: 220,
  hecto: 241,
  kilo: 260,
  mega: 300,
  giga: 386,
};
const SPACE: Record<string, number> = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const FONT: Record<string, number> = {
  xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74,
};
const IMAGE: Record<string, number> = {
  xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220,
};
const CORNER: Record<string, number> = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const BORDER: Record<string, number> = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };

const MEASURE = /^\d+(\.\d+)?(px|%)$/;

function measured(value: unknown, words: Record<string, number>): string | undefined {
  const given = text(value);
  const known = words[given];
  if (known !== undefined) return `${known}px`;
  return MEASURE.test(given) ? given : undefined;
}

export const space = (value: unknown) => measured(value, SPACE);
/** Offsets may be negative. */
export function offset(value: unknown): string | undefined {
  const given = text(value);
  return given.startsWith("-") && MEASURE.test(given.slice(1)) ? given : space(value);
}

export const font = (value: unknown) => measured(value, FONT);
export const pictureSize = (value: unknown) => (value === "full" ? "100%" : measured(value, IMAGE));
export const corner = (value: unknown) => measured(value, CORNER);
export const border = (value: unknown) => measured(value, BORDER);
export const length = (value: unknown) => measured(value, {});

/** Return "a / b" of an aspect ratio "a:b"; LINE draws nothing higher than three times its width. */
export function ratio(value: unknown, otherwise: string): string {
  const [width, height] = (text(value) || otherwise).split(":").map(Number);
  if (!width || !height) return otherwise.replace(":", " / ");
  return `${width} / ${Math.min(height, width * 3)}`;
}
