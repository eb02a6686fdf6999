/** Compares the sets of holders, their lists, and the sets of Trust Mark types, type by type. */
import { ahead } from '#server/database/pages.ts'
import type { PublishContext } from '#server/publish/context.ts'
import {
  compare,
  type Drift,
  type DriftSource,
  MAXIMUM,
  memberIf,
  PAGE,
} from '#server/publish/drift/drift.ts'
import { countListed, listedItems, openList } from '#server/publish/drift/listed.ts'
import { patternBelow } from '#server/publish/drift/trust-marks.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import { scanKeys, scanSet } from '#store/scan.ts'
import { holderFormat, readHolderOf, type TrustMarkHolder } from '#store/trust-mark-reader.ts'

export const trustMarkHolders: DriftSource = { compareAll, driftOf }

/**
 * There are few types but many holders, so holders are read in pages. Where Redis names another number than was compared, all are
 * looked up.
 */
async function driftOf(context: PublishContext, types: readonly string[]): Promise<Drift[]> {
  const found: Drift[] = []
  for (const type of types) {
    found.push(...(await driftOfType(context, type)), ...(await driftOfUse(context, type)))
    const seen = { inSet: 0, inList: 0 }
    for (const source of [missingHolders, unexpectedHolders, unexpectedInList]) {
      for await (const page of source(context, type, seen)) {
        found.push(...page)
        if (found.length > MAXIMUM) return found
      }
    }
  }
  return found
}

/** The number of holders that were compared and are there. */
type Seen = { inSet: number; inList: number }

/** Publishing any mark of a type also publishes the type. */
async function driftOfType({ db, redis, keys }: PublishContext, type: string): Promise<Drift[]> {
  const [mark, isListed] = await Promise.all([
    db.trustMark.findFirst({ where: { trustMarkType: { type } }, select: { id: true } }),
    redis.sismember(keys.trustMarkTypes, type),
  ])
  const kind = compare(memberIf(mark !== null), memberIf(isListed === 1))
  return kind
    ? [{ kind, words: `place among the Trust Mark types of ${type}`, name: type, item: itemOf(mark) }]
    : []
}

/** The types that are not in use are published with the Entity Configuration. */
async function driftOfUse({ db, redis, keys }: PublishContext, type: string): Promise<Drift[]> {
  const [row, isListed] = await Promise.all([
    db.trustMarkType.findUnique({ where: { type }, select: { active: true } }),
    redis.sismember(keys.unusedTrustMarkTypes, type),
  ])
  const kind = compare(memberIf(row?.active === false), memberIf(isListed === 1))
  const words = `place among the Trust Mark types not in use of ${type}`
  return kind ? [{ kind, words, name: type, item: toPublish('entity-configuration') }] : []
}

/** A holder with an expired mark may be absent: other writers keep only holders of valid marks. */
async function* missingHolders(context: PublishContext, type: string, seen: Seen): AsyncGenerator<Drift[]> {
  const { redis, keys } = context
  const findListed = await openList(redis, placeOf(keys, type))
  for await (const page of ahead(validMarks(context, type))) {
    const ids = page.map(({ entityId }) => entityId)
    const [members, listed] = await Promise.all([
      redis.smismember(keys.trustMarkHolders(type), ...ids),
      findListed(ids),
    ])
    seen.inSet += members.filter((is) => is === 1).length
    seen.inList += listed.filter((holder) => holder !== null).length
    yield page.flatMap((mark, at) => {
      if (members[at] !== 1) return [driftOfHolder('missing', type, mark.entityId, mark)]
      const kind = compare(textOf(readHolderOf(mark.entityId, mark.jwt)), textOf(listed[at] ?? null))
      return kind ? [driftOfListed(kind, type, mark.entityId, mark)] : []
    })
  }
}

async function* validMarks({ db, now }: PublishContext, type: string) {
  for (let after = ''; ; ) {
    const page = await db.trustMark.findMany({
      where: {
        trustMarkType: { type },
        active: true,
        expiresAt: { gt: now() },
        entityId: { gt: after },
      },
      orderBy: { entityId: 'asc' },
      take: PAGE,
      select: { id: true, entityId: true, jwt: true },
    })
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.entityId
  }
}

async function* unexpectedHolders(
  { db, redis, keys }: PublishContext,
  type: string,
  { inSet }: Seen,
): AsyncGenerator<Drift[]> {
  if ((await redis.scard(keys.trustMarkHolders(type))) === inSet) return
  for await (const members of ahead(scanSet(redis, keys.trustMarkHolders(type)))) {
    const wrong = await withoutActiveMark(db, type, members)
    yield wrong.map(({ entityId, mark }) => driftOfHolder('unexpected', type, entityId, mark))
  }
}

/** Those that are not in the set either: others were found there. */
async function* unexpectedInList(
  { db, redis, keys }: PublishContext,
  type: string,
  { inList }: Seen,
): AsyncGenerator<Drift[]> {
  if ((await countListed(redis, placeOf(keys, type))) === inList) return
  for await (const holders of ahead(listedItems(redis, placeOf(keys, type)))) {
    if (holders.length === 0) continue
    const ids = holders.map(({ id }) => id)
    const members = await redis.smismember(keys.trustMarkHolders(type), ...ids)
    const unknown = ids.filter((_, at) => members[at] !== 1)
    // An active mark may have expired, or is found as missing from the set.
    const wrong = await withoutActiveMark(db, type, unknown)
    yield wrong.map(({ entityId, mark }) => driftOfListed('unexpected', type, entityId, mark))
  }
}

/** Those of these entities without an active mark of the type, with their revoked one. */
async function withoutActiveMark(
  db: PublishContext['db'],
  type: string,
  entityIds: readonly string[],
): Promise<{ entityId: string; mark: Mark }[]> {
  if (entityIds.length === 0) return []
  const rows = await db.$queryRaw<{ entityId: string; id: number | null }[]>`
    SELECT published."entityId", mark."id" FROM unnest(${[...entityIds]}::text[]) AS published ("entityId")
    LEFT JOIN "TrustMark" AS mark ON mark."entityId" = published."entityId"
      AND mark."trustMarkTypeId" = (SELECT "id" FROM "TrustMarkType" WHERE "type" = ${type})
    WHERE mark."active" IS NOT TRUE`
  return rows.map(({ entityId, id }) => ({ entityId, mark: id === null ? null : { id } }))
}

const placeOf = (keys: PublishContext['keys'], type: string) => ({
  key: keys.trustMarkHolderPages(type),
  format: holderFormat,
})

const textOf = (holder: TrustMarkHolder | null) =>
  holder && JSON.stringify([holder.expires, holder.kid, holder.delegation])

type Mark = { id: number } | null

function driftOfHolder(kind: Drift['kind'], type: string, entityId: string, mark: Mark): Drift {
  const words = `place among the holders of ${type} of ${entityId}`
  return { kind, words, name: type, item: itemOf(mark) }
}

function driftOfListed(kind: Drift['kind'], type: string, entityId: string, mark: Mark): Drift {
  const words = `place in the list of holders of ${type} of ${entityId}`
  return { kind, words, name: type, item: itemOf(mark) }
}

const itemOf = (mark: Mark): OutboxItem => (mark ? toPublish('trust-mark', mark.id) : toPublish('everything'))

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  for await (const page of names(context)) yield await driftOf(context, page)
}

/** Yields each type once: those of the database, then others with keys in Redis. */
async function* names({ db, redis, keys }: PublishContext): AsyncGenerator<string[]> {
  const seen = new Set<string>()
  const fresh = (types: readonly string[]) => {
    const added = types.filter((type) => !seen.has(type))
    for (const type of added) seen.add(type)
    return added
  }
  yield fresh((await db.trustMarkType.findMany({ select: { type: true } })).map(({ type }) => type))
  yield fresh(await redis.smembers(keys.trustMarkTypes))
  yield fresh(await redis.smembers(keys.unusedTrustMarkTypes))
  for (const prefix of [keys.trustMarkHolders(''), keys.trustMarkHolderPages('')]) {
    for await (const found of scanKeys(redis, patternBelow(prefix))) {
      yield fresh(found.map((name) => name.slice(prefix.length)))
    }
  }
}
