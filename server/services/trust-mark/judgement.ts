/** Judges the issued Trust Marks as verifiers do, by our present keys and the present owners of their types (§7.3). */
import { createHash } from 'node:crypto'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { selectUsableKeys } from '#core/keys.ts'
import { checkDelegation, type TrustMarkOwner } from '#core/trust-mark/index.ts'
import { Prisma, type TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import {
  type Settings,
  type TrustMarkType as TypedType,
  typedTrustMarkType,
} from '#server/database/typed-row.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { verificationKeys } from '#store/key-directory.ts'

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'signingKeys' | 'now'>

type Rules = { owner: TrustMarkOwner | undefined; kids: readonly string[] }

const NOT_IN_USE = 'Its Trust Mark type is not active.'
const UNKNOWN_KEY = 'The key that signed it is no longer valid.'
/** Delegations read at a time. A type usually has one. */
const PAGE = 500

/**
 * Stores why verifiers refuse the marks of each type whose rules changed since they were judged. Returns the number of
 * marks with another result than before.
 */
export async function judgeTrustMarks(context: Context): Promise<number> {
  const { db, signingKeys } = context
  await signingKeys.refresh() // another process may have changed them
  const [settings, types] = await Promise.all([readSettings(db), db.trustMarkType.findMany()])
  let changed = 0
  for (const type of types) {
    const rules = rulesOf(context, typedTrustMarkType(type), settings)
    const judgedBy = hashOf([type.active || NOT_IN_USE, rules])
    if (judgedBy !== type.judgedBy) changed += await judgeType(context, type, rules, judgedBy)
  }
  return changed
}

/** What the validity of the marks of a type depends on. */
export function rulesOf(
  { entityId, signingKeys, now }: Context,
  { type, owner }: Pick<TypedType, 'type' | 'owner'>,
  { trustMarkOwners }: Pick<Settings, 'trustMarkOwners'>,
): Rules {
  const keys = verificationKeys(signingKeys.current())
  const life = { now: toUnix(now()), until: Infinity }
  const listed = owner ?? getMember(trustMarkOwners, type)
  // We sign our own delegations.
  const jwks = listed?.sub === entityId ? keys : listed?.jwks
  return {
    owner: listed && jwks && { ...listed, jwks: { keys: selectUsableKeys(jwks.keys, life) } },
    kids: keys.keys.map(({ kid }) => kid).sort(),
  }
}

async function judgeType(context: Context, type: TrustMarkType, rules: Rules, judgedBy: string) {
  const { db, now } = context
  // Marks of a type that is not in use are refused in any case.
  const faults = type.active ? await findFaults(context, type, rules) : []
  const [hashes, reasons] = [faults.map(({ hash }) => hash), faults.map(({ reason }) => reason)]
  const judged = Prisma.sql`
    SELECT "id", CASE WHEN ${!type.active} THEN ${NOT_IN_USE} WHEN "kid" <> ALL (${rules.kids}) THEN ${UNKNOWN_KEY} ELSE fault."reason" END AS "reason"
    FROM "TrustMark" LEFT JOIN unnest(${hashes}::text[], ${reasons}::text[]) AS fault ("hash", "reason")
      ON fault."hash" = md5(coalesce("delegation", ''))
    WHERE "trustMarkTypeId" = ${type.id} AND "active"`
  const [changed] = await db.$transaction([
    db.$executeRaw`
      UPDATE "TrustMark" mark SET "invalidReason" = judged."reason",
        "invalidSince" = CASE WHEN judged."reason" IS NOT NULL THEN coalesce(mark."invalidSince", ${now()}) END
      FROM (${judged}) AS judged
      WHERE mark."id" = judged."id" AND mark."invalidReason" IS DISTINCT FROM judged."reason"`,
    db.$executeRaw`UPDATE "TrustMarkType" SET "judgedBy" = ${judgedBy} WHERE "id" = ${type.id}`,
  ])
  return changed
}

/**
 * The delegations of a type that verifiers refuse, by their MD5; the absent one too, where the type has an owner.
 */
export async function findFaults(
  { db, entityId, allowHttp }: Omit<Context, 'signingKeys' | 'now'>,
  { id, type }: Pick<TrustMarkType, 'id' | 'type'>,
  { owner }: Pick<Rules, 'owner'>,
): Promise<{ hash: string; reason: string }[]> {
  // Their end is the end of their marks, so times do not matter here.
  const options = { owners: owner ? { [type]: owner } : {}, allowHttp, now: 0, skew: Infinity }
  const found = await db.$queryRaw<{ hash: string; id: number }[]>`
    SELECT md5(coalesce("delegation", '')) AS "hash", min("id") AS "id"
    FROM "TrustMark" WHERE "trustMarkTypeId" = ${id} AND "active" GROUP BY 1`
  const faults: { hash: string; reason: string }[] = []
  for (let start = 0; start < found.length; start += PAGE) {
    const page = found.slice(start, start + PAGE)
    const marks = await db.trustMark.findMany({
      where: { id: { in: page.map((each) => each.id) } },
      select: { id: true, delegation: true },
    })
    const delegations = new Map(marks.map((mark) => [mark.id, mark.delegation]))
    for (const { hash, id } of page) {
      const delegation = delegations.get(id)
      const claims = { iss: entityId, trust_mark_type: type, ...(delegation ? { delegation } : {}) }
      const reason = await checkDelegation(claims, options).then(() => null, reasonOf)
      const subject = delegation && owner ? 'The owner’s delegation is not valid: ' : ''
      if (reason !== null) faults.push({ hash, reason: `${subject}${reason}` })
    }
  }
  return faults
}

function reasonOf(error: unknown): string {
  if (error instanceof FederationError) return error.message
  throw error
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
