/** Say on the console what was refused or lost, and why; never what was in it. */
export function warn(message: string): void {
  console.warn(`tieline: ${message}`);
}
