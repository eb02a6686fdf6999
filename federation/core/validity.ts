/** The time in which a signed JWT may be accepted (§3.2 steps 7 and 8, §7.3 steps 5 and 6). */
import { FederationError, type FederationErrorCode } from './errors.ts'

/** All in unix seconds. */
export type Clock = { now: number; skew?: number | undefined }

/** Seconds by which the clocks of those who sign and of those who verify may differ. */
export const DEFAULT_SKEW = 60

/**
 * Refuses what was issued in the future or has expired, each with a small leeway for clocks that differ.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function checkValidity(
  { iat, exp }: { iat: number; exp?: number | undefined },
  { now, skew = DEFAULT_SKEW }: Clock,
  what: string,
  code: FederationErrorCode = 'invalid_request',
): void {
  if (iat > now + skew) {
    throw new FederationError(code, `${what} was issued in the future, at ${show(iat)}`, { check: 'iat' })
  }
  if (exp !== undefined && exp <= now - skew) {
    throw new FederationError(code, `${what} expired at ${show(exp)}`, { check: 'exp' })
  }
}

/** A NumericDate of any size: what is beyond the calendar is shown as the number it is. */
function show(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
