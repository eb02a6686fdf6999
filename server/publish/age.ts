/** Decides whether a statement is due for a new signature, or was issued by a wrong clock. Times in unix seconds. */
import { DEFAULT_SKEW } from '#core/validity.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Settings } from '#server/database/typed-row.ts'

/** Issued in the future, beyond the clock skew that verifiers allow. */
export const isFromFuture = (iat: number, now: number): boolean => iat > latestIssue(now)

/** The latest `iat` that is not in the future. */
export const latestIssue = (now: number): number => now + DEFAULT_SKEW

/** The same limit for SQL: later times are in the future. */
export const future = Prisma.sql`now() AT TIME ZONE 'utc' + make_interval(secs => ${DEFAULT_SKEW}::float8)`

type Life = { iat: number; exp: number }

/** The outage budget in seconds; 0: there is none. */
export const budgetOf = ({ outageBudget }: Pick<Settings, 'outageBudget'>): number =>
  (outageBudget ?? 0) * 3600

/** Past half of its life, or of what its life has beyond the outage budget. The other half is for failures. */
export function isDueAnew(life: Life, now: number, budget: number): boolean {
  return now > renewalOf(life, budget) || isFromFuture(life.iat, now)
}

/** The time from which it is due. */
export function dueAnewAt(life: Life, now: number, budget: number): number {
  return isFromFuture(life.iat, now) ? now : Math.max(now, renewalOf(life, budget))
}

/** A life that is shorter than the budget, because a key ends, cannot keep it. */
function renewalOf({ iat, exp }: Life, budget: number): number {
  const kept = exp - iat > budget ? budget : 0
  return exp - (exp - iat + kept) / 2
}
