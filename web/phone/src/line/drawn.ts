/** Stickers and LINE emoji are pictures of LINE's network; here each id is always the same drawn animal and mood. */
const SPACE = "http://www.w3.org/2000/svg";

interface Animal {
  skin: string;
  ears: string;
  inside: string;
}

const ANIMALS: readonly Animal[] = [
  { skin: "#8b5a3c", ears: "M24 34a13 13 0 1 1 20-12z M76 22a13 13 0 1 1 20 12z", inside: "#f3d9bd" },
  { skin: "#fffdf9", ears: "M38 30C30 8 34-8 42-6s10 18 8 34z M82 30C90 8 86-8 78-6S68 10 70 28z", inside: "#fbd3d8" },
  { skin: "#ffd84d", ears: "M54 18c-4-10 2-16 6-16s10 6 6 16z", inside: "#ff9f43" },
  { skin: "#f2b66d", ears: "M22 42L24 10l24 16z M98 42L96 10 72 26z", inside: "#fff3e2" },
  { skin: "#9ec6e8", ears: "M22 30c-14 4-16 26-6 36z M98 30c14 4 16 26 6 36z", inside: "#ffffff" },
];
const EYES = [
  "M42 58a5 6 0 1 0 .1 0z M78 58a5 6 0 1 0 .1 0z",
  "M34 60q8-9 16 0 M70 60q8-9 16 0",
  "M34 58h14 M72 58h14",
  "M36 54l10 5-10 5 M84 54l-10 5 10 5",
];
const MOUTHS = ["M48 78q12 14 24 0", "M50 80h20", "M46 76q14 22 28 0z", "M50 84q10-10 20 0"];
const MARKS = [
  { path: "M100 22c-6-9-19-3-14 8 2 5 14 12 14 12s12-7 14-12c5-11-8-17-14-8z", fill: "#ff5a6e" },
  { path: "M102 4l4 12 12 4-12 4-4 12-4-12-12-4 12-4z", fill: "#ffc83d" },
  { path: "M98 34c-6-8 6-20 6-20s12 12 6 20a8 8 0 0 1-12 0z", fill: "#5ab8f5" },
  { path: "M92 10h16l-14 18h16 M108 34h9l-8 10h9", fill: "none" },
];

function draw(parent: Element, path: string, fill: string, stroke = "none", width = 0): void {
  const made = document.createElementNS(SPACE, "path");
  made.setAttribute("d", path);
  made.setAttribute("fill", fill);
  if (width) {
    made.setAttribute("stroke", stroke);
    made.setAttribute("stroke-width", String(width));
    made.setAttribute("stroke-linecap", "round");
    made.setAttribute("stroke-linejoin", "round");
  }
  parent.append(made);
}

/** Draw the face that belongs to a number. */
export function drawnFace(seed: number, small = false): SVGSVGElement {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", small ? "8 0 104 112" : "0 -10 124 128");
  svg.setAttribute("aria-hidden", "true");
  const pick = <T>(from: readonly T[], step: number): T => from[Math.floor(seed / step) % from.length] as T;
  const animal = small ? { skin: "#ffd23e", ears: "", inside: "#ffb0a0" } : pick(ANIMALS, 1);
  const line = "#3b2a20";
  const eyes = pick(EYES, 3);
  if (animal.ears) draw(svg, animal.ears, animal.skin, line, 3.5);
  draw(svg, "M60 18c30 0 46 20 46 44s-18 44-46 44-46-20-46-44 16-44 46-44z", animal.skin, line, small ? 0 : 3.5);
  draw(svg, "M26 74a8 6 0 1 0 .1 0z M94 74a8 6 0 1 0 .1 0z", animal.inside);
  draw(svg, eyes, eyes.includes("z") ? line : "none", line, 4.5);
  const mouth = pick(MOUTHS, 7);
  draw(svg, mouth, mouth.endsWith("z") ? "#e0564f" : "none", line, 4.5);
  if (!small) {
    const mark = pick(MARKS, 5);
    draw(svg, mark.path, mark.fill, mark.fill === "none" ? "#6a7f99" : "#fff", 3.5);
  }
  return svg;
}

/** Turn a text into a number that stays the same. */
export function numberOf(key: string): number {
  let sum = 7;
  for (const letter of key) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 99991;
  return sum;
}
