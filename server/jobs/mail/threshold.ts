/** When a reminder of an expiry is due: some days before, and only once half of the lifetime is over. */

const DAY_MS = 86_400_000
/** A reminder that was due longer ago is left out; the next one follows. */
const WINDOW_MS = DAY_MS / 2

/** The times of expiry for which a reminder of so many days is due. */
export const dueFor = (days: number, now: Date) => ({
  gt: new Date(now.getTime() + days * DAY_MS - WINDOW_MS),
  lte: new Date(now.getTime() + days * DAY_MS),
})

/**
 * The days of the reminder that is due; null: none. What is valid for a week is signed again within the week, so that a
 * reminder of thirty days would come each time.
 */
export function daysDue(
  thresholds: readonly number[],
  { issuedAt, expiresAt, now }: { issuedAt: Date; expiresAt: Date; now: Date },
): number | null {
  const left = expiresAt.getTime() - now.getTime()
  const days = thresholds.find((each) => left <= each * DAY_MS && left > each * DAY_MS - WINDOW_MS)
  if (days === undefined) return null
  return expiresAt.getTime() - issuedAt.getTime() >= 2 * days * DAY_MS ? days : null
}
