/** Checks that a signed JWT is valid at a time (§3.2 steps 7 and 8, §7.3 steps 5 and 6). */
import { FederationError, type FederationErrorCode } from './errors.ts'

/** All in unix seconds. */
export type Clock = { now: number; skew?: number | undefined }

/** Seconds of allowed difference between the clocks of signer and verifier. */
export const DEFAULT_SKEW = 60

/**
 * Refuses a JWT that was issued in the future or has expired, with an allowance for clock skew.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function checkValidity(
  { iat, exp }: { iat: number; exp?: number | undefined },
  { now, skew = DEFAULT_SKEW }: Clock,
  /** Starts the message, such as "The Trust Mark". */
  subject: string,
  code: FederationErrorCode = 'invalid_request',
): void {
  if (iat > now + skew) {
    throw new FederationError(code, `${subject} was issued in the future, at ${formatTime(iat)}.`, {
      check: 'iat',
    })
  }
  if (exp !== undefined && exp <= now - skew) {
    throw new FederationError(code, `${subject} expired at ${formatTime(exp)}.`, { check: 'exp' })
  }
}

/** Formats a NumericDate. A number beyond the calendar is shown as a number. */
/** ISO 8601 where that is possible. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
