/** Compares Trust Marks, holder by holder. */
import { ahead } from '#server/database/pages.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { compare, type Drift, type DriftSource, PAGE } from '#server/publish/drift/drift.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { scanKeys } from '#store/scan.ts'
import { REVOKED_MARK } from '#store/trust-mark-record.ts'

export const trustMarks: DriftSource = { compareAll, driftOf }

type Mark = { id: number; entityId: string; jwt: string; active: boolean; type: string }

async function driftOf({ db, redis, keys }: PublishContext, entityIds: readonly string[]): Promise<Drift[]> {
  if (entityIds.length === 0) return []
  const [rows, published] = await Promise.all([
    db.$queryRaw<Mark[]>`
      SELECT mark."id", "entityId", "jwt", mark."active", "type"
      FROM "TrustMark" AS mark JOIN "TrustMarkType" AS type ON type."id" = "trustMarkTypeId"
      WHERE "entityId" = ANY (${[...entityIds]})`,
    Promise.all(entityIds.map((entityId) => redis.hgetall(keys.trustMarks(entityId)))),
  ])
  const ofEntity = Map.groupBy(rows, ({ entityId }) => entityId)
  return entityIds.flatMap((entityId, at) => {
    const actual = new Map(Object.entries(published[at] ?? {}))
    const found: Drift[] = []
    const words = (type: string) => `Trust Mark ${type} of ${entityId}`
    for (const { id, jwt, active, type } of ofEntity.get(entityId) ?? []) {
      const kind = compare(active ? jwt : REVOKED_MARK, actual.get(type) ?? null)
      if (kind) found.push({ kind, words: words(type), name: entityId, item: toPublish('trust-mark', id) })
      actual.delete(type)
    }
    const unknown = { kind: 'unexpected', name: entityId, item: toPublish('everything') } as const
    return [...found, ...[...actual.keys()].map((type) => ({ ...unknown, words: words(type) }))]
  })
}

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  for await (const page of ahead(holders(context))) yield await driftOf(context, page)
  for await (const page of ahead(publishedHolders(context)))
    yield await driftOf(context, await unknown(context, page))
}

async function* holders({ db }: PublishContext): AsyncGenerator<string[]> {
  for (let after = ''; ; ) {
    const page = await db.trustMark.groupBy({
      by: ['entityId'],
      where: { entityId: { gt: after } },
      orderBy: { entityId: 'asc' },
      take: PAGE,
    })
    const last = page.at(-1)
    if (!last) return
    yield page.map(({ entityId }) => entityId)
    after = last.entityId
  }
}

async function* publishedHolders({ redis, keys }: PublishContext): AsyncGenerator<string[]> {
  const others = new Set<string>([keys.issuedTrustMarks, keys.trustMarkRevocations])
  const prefix = keys.trustMarks('')
  for await (const found of scanKeys(redis, patternBelow(prefix)))
    yield found.filter((name) => !others.has(name)).map((name) => name.slice(prefix.length))
}

/** Those of which the database has no mark; the others were compared. */
async function unknown({ db }: PublishContext, entityIds: readonly string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ entityId: string }[]>`
    SELECT "entityId" FROM unnest(${[...entityIds]}::text[]) AS published ("entityId")
    WHERE NOT EXISTS (SELECT FROM "TrustMark" AS mark WHERE mark."entityId" = published."entityId")`
  return rows.map(({ entityId }) => entityId)
}

/** The pattern of all names with a prefix. */
export const patternBelow = (prefix: string) => `${prefix.replace(/[[\]?*\\]/g, '\\$&')}*`
