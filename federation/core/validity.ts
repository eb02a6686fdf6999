/** Checks that a signed JWT is valid at a time (§3.2 steps 7 and 8, §7.3 steps 5 and 6, RFC 7519 §4.1.5). */
import { FederationError, type FederationErrorCode, quote } from './errors.ts'

/** All in unix seconds. */
export type Clock = { now: number; skew?: number | undefined }

/** Seconds of allowed difference between the clocks of signer and verifier. */
export const DEFAULT_SKEW = 60

/**
 * Refuses a JWT that was issued in the future, is not valid yet or has expired, with an allowance for clock skew.
 * @throws FederationError `code`, by default `invalid_request`
 */
export function checkValidity(
  { iat, exp, nbf }: { iat: number; exp?: number | undefined; nbf?: unknown },
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
  if (nbf !== undefined) {
    const refuse = (finding: string) => new FederationError(code, `${subject} ${finding}.`, { check: 'nbf' })
    if (typeof nbf !== 'number') throw refuse(`has the nbf ${quote(nbf)}, which must be seconds since 1970`)
    if (nbf > now + skew) throw refuse(`is not valid before ${formatTime(nbf)}`)
  }
  if (exp !== undefined && exp <= now - skew) {
    throw new FederationError(code, `${subject} expired at ${formatTime(exp)}.`, { check: 'exp' })
  }
}

/** Formats a NumericDate as ISO 8601. A number beyond the calendar is shown as a number. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
