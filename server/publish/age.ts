/** Whether what we signed has grown old, or comes from a clock that was wrong. Times in unix seconds. */
import { DEFAULT_SKEW } from '#core/validity.ts'
import { Prisma } from '#prisma/generated/client/client.ts'

/** Nobody accepts it before then. */
export function isFromFuture(iat: number, now: number): boolean {
  return iat > now + DEFAULT_SKEW
}

/** The same in the database: what was signed or looked at later than this. */
export const future = Prisma.sql`now() AT TIME ZONE 'utc' + make_interval(secs => ${DEFAULT_SKEW}::float8)`

/** The other half is left for what may keep it from being signed then. */
export function isDueAnew({ iat, exp }: { iat: number; exp: number }, now: number): boolean {
  return now > (iat + exp) / 2 || isFromFuture(iat, now)
}
