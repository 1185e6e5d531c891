const FIRST = 250;
const LONGEST = 10_000;

/**
 * Milliseconds before the next attempt: exponential with full jitter, so that the pages of a
 * restarted server do not come back all at once.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** attempt);
}
