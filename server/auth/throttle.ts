/**
 * Throttles password guesses against one account from many addresses: after a few attempts in a row, each must wait
 * longer than the last. Addresses from which the owner signed in recently never wait, so an attack locks no owner out.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Doors } from '#server/auth/caller-of.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { TooManyRequestsError } from '#server/error/operation-error.ts'

/** Attempts without a wait, for typing errors. */
const FREE = 5
const FIRST_WAIT_MS = 4_000
const LONGEST_WAIT_MS = 30_000
/** The count starts again after this time without an attempt. */
const FORGET_MS = 15 * 60_000
/** Milliseconds after a sign-in in which an address counts as the owner's. */
const FAMILIAR_MS = 30 * 86_400_000

type Attempt = { key: string }

/** Null: nothing to count. A number: milliseconds to wait first. */
export async function beginAttempt(
  doors: Pick<Doors, 'db' | 'now'>,
  request: FastifyRequest,
): Promise<Attempt | number | null> {
  const { db } = doors
  const username = typedName(request)
  if (username === null || (await isFamiliar(doors, username, request.ip))) return null
  const key = keyOf(username)
  const now = doors.now().getTime()
  // Counted before the password is checked, so that parallel requests cannot try many.
  const counted = await db.$executeRaw`
    INSERT INTO "RateLimit" AS r ("id", "key", "count", "lastRequest")
    VALUES (${randomUUID()}, ${key}, 1, ${now}::bigint)
    ON CONFLICT ("key") DO UPDATE SET "lastRequest" = ${now}::bigint, "count" =
      CASE WHEN ${now}::bigint - r."lastRequest" > ${FORGET_MS}::bigint THEN 1 ELSE r."count" + 1 END
    WHERE r."count" < ${FREE}::int OR ${now}::bigint - r."lastRequest" >=
      LEAST(${LONGEST_WAIT_MS}::float8, ${FIRST_WAIT_MS}::float8 * power(2, LEAST(r."count" - ${FREE}::int, 20)))`
  if (counted === 1) return { key }
  const row = await db.rateLimit.findUnique({ where: { key } })
  return row ? Math.max(1, Number(row.lastRequest) + waitAfter(row.count) - now) : 1
}

/** Forgets the count after a correct password. */
export async function endAttempt(db: Database, { key }: Attempt): Promise<void> {
  await db.rateLimit.deleteMany({ where: { key } })
}

/** The same answer as the library's throttle by address. */
export function tooEarly(milliseconds: number): Response {
  const seconds = String(Math.ceil(milliseconds / 1000))
  const body = { code: 'TOO_MANY_REQUESTS', message: `Too many attempts. Try again in ${seconds} seconds.` }
  return Response.json(body, { status: 429, headers: { 'x-retry-after': seconds, 'retry-after': seconds } })
}

function waitAfter(count: number): number {
  return count < FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - FREE))
}

/** Unknown names count too, so that answers do not reveal which exist. A hash, because users type passwords here. */
function keyOf(username: string): string {
  return `account:${createHash('sha256').update(username).digest('hex')}`
}

function typedName({ body }: FastifyRequest): string | null {
  if (typeof body !== 'object' || body === null || !('username' in body)) return null
  return typeof body.username === 'string' ? body.username.toLowerCase() : null
}

async function isFamiliar(
  { db, now }: Pick<Doors, 'db' | 'now'>,
  actor: string,
  address: string,
): Promise<boolean> {
  const at = { gte: new Date(now().getTime() - FAMILIAR_MS) }
  const where = { actor, action: 'signIn', outcome: 'SUCCEEDED', address, at }
  return (await db.auditEvent.findFirst({ where, select: { id: true } })) !== null
}

/** Attempts of one address, or of one user, in a minute: as the library limits sign-ins. */
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
