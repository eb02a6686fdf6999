/** Finds what a publication withdraws: federation servers hide it at once, and answer all else while Redis is away. */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { decodeJwt } from '#core/jws.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { findObject, readBytes } from '#server/publish/history/bundle.ts'
import { kinds } from '#server/publish/history/kind.ts'
import type { PublishedTrustMark } from '#server/publish/write.ts'
import type { Change } from '#store/change.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

/** Withdrawals that a rebuild announces one by one. */
const MAX_ANNOUNCED = 1_000

/** Whether all that was valid under the last Entity Configuration is valid under this one, which is not kept yet. */
export async function keepsValid(
  { db, entityId, now }: PublishContext,
  jwt: string,
  unusedTypes: readonly string[],
): Promise<boolean> {
  const object = await findObject(db, 'entity-configuration', { subject: '' }, now())
  const bytes = object && (await readBytes(db, Uint8Array.from(object.hash)))
  if (!bytes) return false
  const [before, after] = [readClaims(bytes.toString()), readClaims(jwt)]
  const kids = new Set(after.jwks.keys.map(({ kid }) => kid))
  const wereInUse = (type: string) => {
    const issuers = before.trust_mark_issuers?.[type]
    return issuers !== undefined && (issuers.length === 0 || issuers.includes(entityId))
  }
  return (
    before.jwks.keys.every(({ kid }) => kids.has(kid)) &&
    !unusedTypes.some(wereInUse) &&
    printRules(before) === printRules(after)
  )
}

const readClaims = (jwt: string) => decodeJwt(jwt).claims as EntityStatementClaims // this publisher has signed it

/** The endpoints with who may ask them, and the owners of Trust Mark types. */
function printRules({ metadata, trust_mark_owners: owners }: EntityStatementClaims): string {
  const own = Object.entries(metadata?.federation_entity ?? {})
  return JSON.stringify([own.filter(([name]) => name.startsWith('federation_')), owners])
}

/** The changes of these Trust Marks, before Redis has them. */
export async function changesOfTrustMarks(
  { redis, keys }: Pick<PublishContext, 'redis' | 'keys'>,
  marks: readonly PublishedTrustMark[],
): Promise<Change[]> {
  return Promise.all(
    marks.map(async ({ type, entityId: id, revoked, issued }): Promise<Change> => {
      const change = { kind: 'trust-mark', id, type } as const
      const before = await redis.hget(keys.trustMarks(id), type)
      const isRevoked = before !== null && issued.some(isRevocationOf(hashTrustMark(before)))
      return revoked || isRevoked ? change : { ...change, withdrawsNothing: true }
    }),
  )
}

const isRevocationOf = (hash: string) => (issue: { hash: string; revokedAt: number | null }) =>
  issue.hash === hash && issue.revokedAt !== null

/** The database has it instead of a long type. */
const isHash = (text: string) => /^[0-9a-f]{64}$/.test(text)

type Ended = { kind: number; subject: string; second: string }

/** The last object that was withdrawn or replaced. */
export async function findLastPast({ db }: Pick<PublishContext, 'db'>): Promise<bigint> {
  const { _max } = await db.pastObject.aggregate({ _max: { id: true } })
  return _max.id ?? 0n
}

/** What a rebuild changes that has kept everything: what was withdrawn after that object, or all. */
export async function changesOfRebuild({ db }: Pick<PublishContext, 'db'>, last: bigint): Promise<Change[]> {
  const ended = await db.$queryRaw<Ended[]>`
    SELECT DISTINCT "kind", "subject", "second" FROM "PastObject" AS past
    WHERE "id" > ${last} AND "kind" IN (${kinds.statement}, ${kinds['trust-mark']}) AND NOT EXISTS (
      SELECT FROM "PublishedObject" AS object WHERE object."kind" = past."kind"
        AND object."subject" = past."subject" AND object."second" = past."second")
    LIMIT ${MAX_ANNOUNCED + 1}`
  if (ended.length > MAX_ANNOUNCED) return [{ kind: 'all' }]
  const changes = ended.map(({ kind, subject: id, second }): Change => {
    if (kind === kinds.statement) return { kind: 'subordinate', id }
    return { kind: 'trust-mark', id, ...(isHash(second) ? {} : { type: second }) }
  })
  return [...changes, { kind: 'all', withdrawsNothing: true }]
}
