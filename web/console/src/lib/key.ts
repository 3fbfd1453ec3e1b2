/** A key for something new: its kind or the Latin letters and digits of its name, and the moment, so that no two are alike. */
export function newKey(kind: string, name: string, now: Date): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${words || kind}-${now.getTime().toString(36)}`;
}
