/**
 * Slows down whoever guesses the password of one account from many addresses: after some attempts in a row each must
 * wait a little longer than the one before. From where its owner has signed in lately nobody waits, so that no one is
 * locked out by what others do.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Database } from '#server/database/client.ts'

/** Attempts that cost nothing: people mistype. */
const FREE = 5
const FIRST_WAIT_MS = 4_000
const LONGEST_WAIT_MS = 30_000
/** After so long without an attempt it begins anew. */
const FORGET_MS = 15 * 60_000
/** For so long an address counts as the owner's. */
const FAMILIAR_MS = 30 * 86_400_000

export type Attempt = { key: string }

/** Null when there is nothing to count; a number of milliseconds when it is too early. */
export async function beginAttempt(db: Database, request: FastifyRequest): Promise<Attempt | number | null> {
  const username = typedName(request)
  if (username === null || (await isFamiliar(db, username, request.ip))) return null
  const key = keyOf(username)
  const now = Date.now()
  // Counted before the password is looked at, or many could be tried at once.
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

/** The password was right. */
export async function endAttempt(db: Database, { key }: Attempt): Promise<void> {
  await db.rateLimit.deleteMany({ where: { key } })
}

/** As the throttle by address answers. */
export function tooEarly(milliseconds: number): Response {
  const seconds = String(Math.ceil(milliseconds / 1000))
  const body = { code: 'TOO_MANY_REQUESTS', message: `Too many attempts; try again in ${seconds} seconds.` }
  return Response.json(body, { status: 429, headers: { 'x-retry-after': seconds, 'retry-after': seconds } })
}

function waitAfter(count: number): number {
  return count < FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - FREE))
}

/** Also of names that nobody has: an answer must not tell which ones exist. What was typed may be a password. */
function keyOf(username: string): string {
  return `account:${createHash('sha256').update(username).digest('hex')}`
}

function typedName({ body }: FastifyRequest): string | null {
  if (typeof body !== 'object' || body === null || !('username' in body)) return null
  return typeof body.username === 'string' ? body.username.toLowerCase() : null
}

async function isFamiliar(db: Database, actor: string, address: string): Promise<boolean> {
  const at = { gte: new Date(Date.now() - FAMILIAR_MS) }
  const where = { actor, action: 'signIn', outcome: 'SUCCEEDED', address, at }
  return (await db.auditEvent.findFirst({ where, select: { id: true } })) !== null
}
