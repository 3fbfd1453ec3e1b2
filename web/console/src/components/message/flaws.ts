import { type Json, isObject, read } from "@/components/message/tree";

export interface Flaw {
  pointer: string;
  sentence: string;
}

/** A sentence of the server, as a code with values; "" where it has no code yet, and is shown as it is. */
export function codeOf(sentence: string): { code: string; values: Record<string, string> } {
  for (const [pattern, code, names] of PATTERNS) {
    const found = pattern.exec(sentence);
    if (found) return { code, values: Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ""])) };
  }
  return { code: "", values: {} };
}

const PATTERNS: [RegExp, string, string[]][] = [
  [/ (?:must be given|must not be empty)|^Here must stand an object|^text must be given/, "missing", []],
  [/^\w+ may have (\d+) characters as LINE counts them, this one has (\d+)\./, "long", ["most", "length"]],
  [/: An address here must begin with/, "scheme", []],
  [/: An address may contain visible ASCII/, "ascii", []],
  [/is no address that can stand here/, "address", []],
  [/must be a (?:whole )?number from (\S+) to (\S+)\.$/, "number", ["least", "most"]],
  [/must be a list of (\d+) to (\d+)/, "items", ["least", "most"]],
  [/must be a color/, "colour", []],
  [/^All columns need/, "alike", []],
  [/^All bubbles of a carousel/, "sameSize", []],
  [/^A bubble needs one of/, "emptyBubble", []],
  [/^LINE knows no '(.+)' here/, "unknown", ["name"]],
  [/^The template does not compile/, "template", []],
  [/^The type of (?:a message|a component|an action|a template|the contents)/, "kind", []],
  [/^A send carries 1 to (\d+) messages/, "bubbles", ["most"]],
];

/** Whether a fault is only that something was not typed yet: that is said once somebody wants to save. */
export function isMissing(flaw: Flaw): boolean {
  return codeOf(flaw.sentence).code === "missing";
}

export function byPointer(flaws: readonly Flaw[]): Map<string, Flaw[]> {
  const found = new Map<string, Flaw[]>();
  for (const flaw of flaws) found.set(flaw.pointer, [...(found.get(flaw.pointer) ?? []), flaw]);
  return found;
}

/** The faults of one message that no field of a form shows: those at an object, a list, or a name that LINE does not know. */
export function elsewhere(message: Json, flaws: readonly Flaw[], at: string): Flaw[] {
  return flaws.filter(({ pointer, sentence }) => {
    if (!pointer.startsWith(`${at}/`) && pointer !== at) return false;
    const there = read([message], pointer.replace(at, "/0"));
    return isObject(there) || Array.isArray(there) || codeOf(sentence).code === "unknown";
  });
}
