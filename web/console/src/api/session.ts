/** What the log-in leaves with the page: a token that proves a change was meant. The session itself is a cookie that no script can read. */
let token = "";
const listeners = new Set<() => void>();

export function csrfToken(): string {
  return token;
}

export function keepCsrfToken(text: string): void {
  token = text;
}

/** Tell whoever listens that the server knows us no more. */
export function sessionEnded(): void {
  for (const listener of listeners) listener();
}

export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
