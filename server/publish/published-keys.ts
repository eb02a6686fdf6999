/** The keys that statements list: which ones, since when they are published, and what lists a key that has ended (§8.7.2). */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { decodeJwt } from '#core/jws.ts'
import { type Jwk, type JwkSet, keyEnd, selectUsableKeys } from '#core/keys.ts'
import type { TrustMarkOwner } from '#core/trust-mark/index.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'

/** When a JWT is valid, in unix seconds. */
export type Life = { now: number; until: number }

/** Our own keys. The one that signs stays: without it, the Entity Configuration would not verify. */
export function listOwnKeys({ keys }: JwkSet, { kid, ...life }: Life & { kid: string }): JwkSet {
  const usable = new Set<Jwk>(selectUsableKeys(keys, life))
  return { keys: keys.filter((key) => usable.has(key) || key.kid === kid) }
}

/** An owner with the keys to list. Without a usable one, all stay: without its owner, a type needs no delegation. */
export function listOwner(owner: TrustMarkOwner, life: Life): TrustMarkOwner {
  const usable = selectUsableKeys(owner.jwks.keys, life)
  return usable.length > 0 ? { ...owner, jwks: { keys: usable } } : owner
}

/** The keys of a subordinate, and the `exp` of its statement. It ends with the last of them; without any, it has ended. */
export function vouchFor({ keys }: JwkSet, life: Life): { keys: JwkSet; exp: number } {
  const usable = selectUsableKeys(keys, life)
  const listed = usable.length > 0 ? usable : keys
  return { keys: { keys: listed }, exp: Math.min(life.until, Math.max(0, ...listed.map(keyEnd))) }
}

/**
 * When the first key that a statement lists ends while the statement is valid, in unix seconds; null if none does. Keys
 * of owners count.
 */
export function firstListedEnd({ iat, exp, jwks, trust_mark_owners }: EntityStatementClaims): number | null {
  const sets = [jwks, ...Object.values(trust_mark_owners ?? {}).map((owner) => owner.jwks)]
  const ends = sets.flatMap(({ keys }) => keys.map(keyEnd)).filter((end) => end > iat && end < exp)
  return ends.length > 0 ? Math.min(...ends) : null
}

/** Whether a key has ended that a statement of this `iat` listed. */
export function listsEndedKey({ keys }: JwkSet, { iat, now }: { iat: number; now: number }): boolean {
  return keys.map(keyEnd).some((end) => end > iat && end <= now)
}

/**
 * Called before an Entity Configuration is published; `done` is called after it. An interruption between the two only
 * makes new keys wait longer than necessary.
 */
export async function beginIssue(
  { db, now }: Pick<PublishContext, 'db' | 'now'>,
  jwt: string,
): Promise<{ done(): Promise<void> }> {
  const claims = decodeJwt(jwt).claims as EntityStatementClaims // built here
  const { exp, jwks } = claims
  const until = new Date(exp * 1000)
  const state = await db.publisherLease.findUniqueOrThrow({ where: { id: 1 } })
  // Publications of earlier versions are unknown; they had the same validity.
  const earlierUntil = state.configurationsUntil ?? until
  if (state.configurationsUntil === null || state.configurationsUntil < until) {
    await db.publisherLease.update({ where: { id: 1 }, data: { configurationsUntil: until } })
  }
  return {
    async done() {
      const publishedAt = now()
      const isKnown = earlierUntil <= publishedAt
      await db.signingKey.updateMany({
        where: { kid: { in: jwks.keys.map(({ kid }) => kid) }, publishedAt: null },
        data: { publishedAt, usableFrom: isKnown ? publishedAt : earlierUntil },
      })
      const due = firstListedEnd(claims)
      const configurationDueAt = due === null ? null : new Date(due * 1000)
      await db.publisherLease.updateMany({ data: { configurationDueAt } })
    },
  }
}

/** Statements at a time; the rest follows at the next look. */
const MAXIMUM = 1_000

/** Whether there is something. By index, because every process asks each two seconds. */
export const hasEndedKeys = (at: Date): Prisma.Sql => Prisma.sql`(
  EXISTS (SELECT 1 FROM "Subordinate" WHERE "statementDueAt" <= ${at}::timestamp)
  OR EXISTS (SELECT 1 FROM "PublisherLease" WHERE "configurationDueAt" <= ${at}::timestamp))`

export async function queueEndedKeys({ db, now }: Pick<PublishContext, 'db' | 'now'>): Promise<void> {
  const at = now()
  const [found] = await db.$queryRaw<{ isDue: boolean }[]>`SELECT ${hasEndedKeys(at)} AS "isDue"`
  if (!found?.isDue) return
  await db.$transaction(async (tx) => {
    const configurations = await tx.publisherLease.updateMany({
      where: { configurationDueAt: { lte: at } },
      data: { configurationDueAt: null },
    })
    if (configurations.count > 0) await enqueue(tx, [toPublish('entity-configuration')])
    // The next signature sets the time again. A statement that has expired meanwhile is not served.
    const subordinates = await tx.$queryRaw<{ entityId: string; isServed: boolean }[]>(Prisma.sql`
      UPDATE "Subordinate" SET "statementDueAt" = NULL
      WHERE "id" IN (
        SELECT "id" FROM "Subordinate" WHERE "statementDueAt" <= ${at}::timestamp
        ORDER BY "statementDueAt" LIMIT ${MAXIMUM} FOR UPDATE SKIP LOCKED)
      RETURNING "entityId", "active" AND "statementExpiresAt" > ${at}::timestamp AS "isServed"`)
    const served = subordinates.filter(({ isServed }) => isServed)
    await enqueue(
      tx,
      served.map(({ entityId }) => toPublish('subordinate', entityId, 'federation')),
    )
  })
}
