/** Replaces the live collection with a staged one in one transaction. */
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { formatChange } from '#store/change.ts'
import type { RedisKeys } from '#store/keys.ts'
import { scanKeys } from '#store/scan.ts'

export type CollectionNames = ReturnType<RedisKeys['collection']['staging']>

/** The staged data of a crawl and its key names. */
export type Collection = {
  names: CollectionNames
  entities: number
  entityTypes: Set<string>
  trustMarkTypes: Set<string>
}

/** A concurrent crawl may change the live collection, and the keys to remove must be listed again. */
const ATTEMPTS = 5

/** @throws FederationError `temporarily_unavailable` when Redis lost staged data */
export async function swapCollection(
  redis: Redis,
  keys: RedisKeys,
  staged: Collection,
  of: { trustAnchor: EntityId; lastUpdated: number },
): Promise<void> {
  const { collection: live, changes } = keys
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await redis.watch(live.lastUpdated)
    await checkComplete(redis, staged)
    const transaction = redis.multi()
    for (const name of await listLiveNames(redis, live)) transaction.unlink(name)
    for (const [from, to] of listRenames(staged, live)) transaction.rename(from, to).persist(to)
    transaction.set(live.trustAnchor, of.trustAnchor)
    transaction.set(live.lastUpdated, Math.floor(of.lastUpdated))
    transaction.publish(changes, formatChange({ kind: 'collection' }))
    const results = await transaction.exec()
    const failed = results?.find(([error]) => error)
    if (failed?.[0]) throw failed[0]
    if (results) return
  }
  const message = 'Other crawls replaced the collection at the same time. Crawl again.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}

/** A Redis that restarted during the crawl may have lost staged data. */
async function checkComplete(redis: Redis, { names, entities, ...sets }: Collection): Promise<void> {
  const expected = sets.entityTypes.size + sets.trustMarkTypes.size
  const others = [
    ...[...sets.entityTypes].map(names.byType),
    ...[...sets.trustMarkTypes].map(names.byTrustMark),
  ]
  const held = [
    (await redis.hlen(names.entities)) === entities,
    (await redis.zcard(names.sorted)) === entities,
    expected === 0 || (await redis.exists(others)) === expected,
  ]
  if (held.every(Boolean)) return
  const message = 'Redis lost data of this crawl, and the collection is unchanged. Crawl again.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}

function listRenames({ names, entities, entityTypes, trustMarkTypes }: Collection, live: CollectionNames) {
  const pairs: [from: string, to: string][] = []
  if (entities > 0) pairs.push([names.entities, live.entities], [names.sorted, live.sorted])
  if (trustMarkTypes.size > 0) pairs.push([names.trustMarkTypes, live.trustMarkTypes])
  for (const type of entityTypes) pairs.push([names.byType(type), live.byType(type)])
  for (const type of trustMarkTypes) pairs.push([names.byTrustMark(type), live.byTrustMark(type)])
  return pairs
}

/** Lists the keys of the live collection. Only a scan finds the sets of each type. */
async function listLiveNames(redis: Redis, live: CollectionNames): Promise<string[]> {
  const found = [live.entities, live.sorted, live.trustMarkTypes]
  const roots = [live.byType(''), live.byTrustMark('')]
  const pattern = `${live.root.replace(/[\\[\]*?]/g, '\\$&')}by_*`
  for await (const names of scanKeys(redis, pattern)) {
    found.push(...names.filter((name) => roots.some((root) => name.startsWith(root))))
  }
  return found
}
