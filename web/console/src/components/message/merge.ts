/** A place that is filled for each person, with what stands there for whom nothing is known. */
export function mergeField(trait: string, otherwise: string): string {
  const name = /^[A-Za-z_][\w-]*$/.test(trait) ? `profile.${trait}` : `profile["${trait.replaceAll('"', "")}"]`;
  const fallback = otherwise.replaceAll('"', "”");
  return fallback ? `{{ ${name} | default: "${fallback}" }}` : `{{ ${name} }}`;
}

/** Put a text where the caret was. */
export function insertAt(text: string, insert: string, caret: number | null): string {
  const at = caret === null ? text.length : Math.min(caret, text.length);
  return text.slice(0, at) + insert + text.slice(at);
}
