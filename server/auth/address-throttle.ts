/** Limits attempts by network address, or by user, as the library limits sign-ins: ten a minute. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { TooManyRequestsError } from '#server/error/operation-error.ts'

const MAXIMUM = 10
const WINDOW_MS = 60_000

/** Counts an attempt before it is made. @throws TooManyRequestsError */
export async function countAttempt(db: Database, clock: Clock, what: string, address: string): Promise<void> {
  const now = clock().getTime()
  const counted = await db.$executeRaw`
    INSERT INTO "RateLimit" AS r ("id", "key", "count", "lastRequest")
    VALUES (${randomUUID()}, ${`${what}:${address}`}, 1, ${now}::bigint)
    ON CONFLICT ("key") DO UPDATE SET "lastRequest" = ${now}::bigint, "count" =
      CASE WHEN ${now}::bigint - r."lastRequest" > ${WINDOW_MS}::bigint THEN 1 ELSE r."count" + 1 END
    WHERE r."count" < ${MAXIMUM}::int OR ${now}::bigint - r."lastRequest" > ${WINDOW_MS}::bigint`
  if (counted === 0) throw new TooManyRequestsError('Too many attempts. Wait a minute, then try again.')
}
