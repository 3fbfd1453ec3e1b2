const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
const RETRY_AFTER_MS_MAX = 60 * 60_000;

/**
 * How long to wait before the next try, in ms.
 *
 * Doubles with each failure, then loses up to half by chance, so that the browsers that failed together do not
 * come back together. The server's Retry-After (seconds or a date) is a floor.
 *
 * @param failures failed tries in a row, from 1
 * @param chance a number in [0, 1)
 */
export function retryDelayMs(failures: number, retryAfter: string | null, nowMs: number, chance: number): number {
  const backoff = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (1 - chance / 2);
  if (!retryAfter) return backoff;
  const seconds = Number(retryAfter);
  const askedMs = Number.isNaN(seconds) ? Date.parse(retryAfter) - nowMs : seconds * 1_000;
  const floor = Math.min(askedMs, RETRY_AFTER_MS_MAX) + FIRST_MS * chance;
  return floor > backoff ? floor : backoff;
}

/** Whether the same bytes may fare better later: overload, a time-out or a broken server; not a refusal. */
export const isTemporary = (status: number): boolean => status >= 500 || status === 429 || status === 408;
