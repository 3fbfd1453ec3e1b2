/** A key for a new segment: Latin letters and digits of its name, and the moment, so that no two are alike. */
export function newKey(name: string, now: Date): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const stamp = now.getTime().toString(36);
  return words ? `${words}-${stamp}` : `segment-${stamp}`;
}
