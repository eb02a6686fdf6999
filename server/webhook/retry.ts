/** When a failed delivery is tried again, and when the webhook is paused instead. */

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Milliseconds after the first failure, the second and so on; from then on as after the last. */
const waits = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]
/** A wait is up to this part longer, so that receivers that were away together are not asked together. */
const JITTER = 0.2
const PATIENCE_DAYS = 5

export const PAUSE_REASON = `It failed for ${PATIENCE_DAYS} days.`

/** `failures` includes this one; `random` is at least 0 and below 1. */
export function nextAttempt(failures: number, now: Date, random: number): Date {
  const wait = waits[Math.min(failures, waits.length) - 1] ?? HOUR_MS
  return new Date(now.getTime() + wait * (1 + JITTER * random))
}

export function isOutOfPatience(failingSince: Date, now: Date): boolean {
  return now.getTime() - failingSince.getTime() >= PATIENCE_DAYS * 24 * HOUR_MS
}
