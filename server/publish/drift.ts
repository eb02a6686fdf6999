/** Compares what Redis holds with what the database says should be published, page by page in bounded memory. */
import type { PublishContext } from '#server/publish/context.ts'
import type { OutboxItem } from '#server/publish/outbox.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { scanKeys } from '#store/scan.ts'
import { REVOKED_MARK } from '#store/trust-mark-record.ts'

export type DriftKind = 'missing' | 'unexpected' | 'different'

/** One thing that Redis says otherwise, and what publishes it anew; `everything` where no single entry would. */
export type Drift = { kind: DriftKind; entityId: string; item: OutboxItem }

/** Entities handled at a time: one round trip to each store. */
const PAGE = 500

/** What differs among these subordinates, registered or not. */
export async function driftOfSubordinates(
  { db, redis, keys }: PublishContext,
  entityIds: readonly string[],
): Promise<Drift[]> {
  if (entityIds.length === 0) return []
  const rows = await db.subordinate.findMany({
    where: { entityId: { in: [...entityIds] }, active: true },
    select: { entityId: true, statement: true, entityConfiguration: true },
  })
  const [statements, configurations] = await Promise.all([
    redis.hmget(keys.subordinates, ...entityIds),
    redis.hmget(keys.subordinateConfigurations, ...entityIds),
  ])
  const expected = new Map(rows.map((row) => [row.entityId, row]))
  return entityIds.flatMap((entityId, at) => {
    const row = expected.get(entityId)
    const kind =
      compare(row?.statement ?? null, statements[at] ?? null) ??
      compare(row?.entityConfiguration ?? null, configurations[at] ?? null)
    return kind ? [{ kind, entityId, item: toPublish('subordinate', entityId) }] : []
  })
}

/** What differs among the Trust Marks of these entities. */
export async function driftOfTrustMarks(
  { db, redis, keys }: PublishContext,
  entityIds: readonly string[],
): Promise<Drift[]> {
  const rows = await db.trustMark.findMany({
    where: { entityId: { in: [...entityIds] } },
    select: { id: true, entityId: true, jwt: true, active: true, trustMarkType: { select: { type: true } } },
  })
  const ofEntity = Map.groupBy(rows, ({ entityId }) => entityId)
  const published = await Promise.all(entityIds.map((entityId) => redis.hgetall(keys.trustMarks(entityId))))
  return entityIds.flatMap((entityId, at) => {
    const actual = new Map(Object.entries(published[at] ?? {}))
    const found: Drift[] = []
    for (const { id, jwt, active, trustMarkType } of ofEntity.get(entityId) ?? []) {
      const kind = compare(active ? jwt : REVOKED_MARK, actual.get(trustMarkType.type) ?? null)
      if (kind) found.push({ kind, entityId, item: toPublish('trust-mark', id) })
      actual.delete(trustMarkType.type)
    }
    const unknown = { kind: 'unexpected', entityId, item: toPublish('everything') } as const
    return [...found, ...[...actual.keys()].map(() => unknown)]
  })
}

function compare(expected: string | null, actual: string | null): DriftKind | null {
  if (expected === actual) return null
  if (actual === null) return 'missing'
  return expected === null ? 'unexpected' : 'different'
}

/** Those that should be published, and those that are; an entity may come twice. */
export async function* subordinateNames({ db, redis, keys }: PublishContext): AsyncGenerator<string[]> {
  for (let after = ''; ; ) {
    const page = await db.subordinate.findMany({
      where: { active: true, entityId: { gt: after } },
      orderBy: { entityId: 'asc' },
      take: PAGE,
      select: { entityId: true },
    })
    const last = page.at(-1)
    if (!last) break
    yield page.map(({ entityId }) => entityId)
    after = last.entityId
  }
  for (let cursor = '0'; ; ) {
    const [next, entries] = await redis.hscan(keys.subordinates, cursor, 'COUNT', PAGE)
    yield entries.filter((_, index) => index % 2 === 0) // names and values in turn
    if (next === '0') return
    cursor = next
  }
}

/** The same for the holders of Trust Marks. */
export async function* trustMarkHolders({ db, redis, keys }: PublishContext): AsyncGenerator<string[]> {
  for (let after = ''; ; ) {
    const page = await db.trustMark.groupBy({
      by: ['entityId'],
      where: { entityId: { gt: after } },
      orderBy: { entityId: 'asc' },
      take: PAGE,
    })
    const last = page.at(-1)
    if (!last) break
    yield page.map(({ entityId }) => entityId)
    after = last.entityId
  }
  const others = new Set<string>([keys.issuedTrustMarks, keys.trustMarkRevocations])
  const prefix = keys.trustMarks('')
  const pattern = `${prefix.replace(/[[\]?*\\]/g, '\\$&')}*`
  for await (const names of scanKeys(redis, pattern)) {
    yield names.filter((name) => !others.has(name)).map((name) => name.slice(prefix.length))
  }
}
