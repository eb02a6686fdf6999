/** Decides whether a statement is due for a new signature, or was issued by a wrong clock. Times in unix seconds. */
import { DEFAULT_SKEW } from '#core/validity.ts'
import { Prisma } from '#prisma/generated/client/client.ts'

/** Issued in the future, beyond the clock skew that verifiers allow. */
export const isFromFuture = (iat: number, now: number): boolean => iat > latestIssue(now)

/** The latest `iat` that is not in the future. */
export const latestIssue = (now: number): number => now + DEFAULT_SKEW

/** The same limit for SQL: later times are in the future. */
export const future = Prisma.sql`now() AT TIME ZONE 'utc' + make_interval(secs => ${DEFAULT_SKEW}::float8)`

/** Due at half of the lifetime, which leaves the other half for failures. */
export function isDueAnew({ iat, exp }: { iat: number; exp: number }, now: number): boolean {
  return now > halfLife(iat, exp) || isFromFuture(iat, now)
}

const halfLife = (iat: number, exp: number) => (iat + exp) / 2

/** The time from which it is due. */
export function dueAnewAt(iat: number, exp: number, now: number): number {
  return isFromFuture(iat, now) ? now : Math.max(now, halfLife(iat, exp))
}
