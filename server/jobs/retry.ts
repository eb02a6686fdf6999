/** How often, and when, an item with a temporary failure is tried again. */

/** The maximum of attempts. */
export const TRIES = 3
const FIRST_DELAY_MS = 2_000

/**
 * Milliseconds. Doubles with each attempt, minus up to half at random, so that simultaneous failures are not retried at the same
 * time.
 */
export function retryDelay(attempts: number): number {
  return FIRST_DELAY_MS * 2 ** attempts * (1 - Math.random() / 2)
}
