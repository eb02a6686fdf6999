/** Whether what we signed has grown old, or comes from a clock that was wrong. Times in unix seconds. */

/** By so much the clocks of those who sign and of those who verify may differ (#core/validity.ts). */
const SKEW = 60

/** Nobody accepts it before then. */
export function isFromFuture(iat: number, now: number): boolean {
  return iat > now + SKEW
}

/** The other half is left for what may keep it from being signed then. */
export function isDueAnew({ iat, exp }: { iat: number; exp: number }, now: number): boolean {
  return now > (iat + exp) / 2 || isFromFuture(iat, now)
}
