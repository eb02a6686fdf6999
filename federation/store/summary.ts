/** Counts published data for the status document and the index page. */
import type { Redis } from 'ioredis'
import type { RedisKeys } from './keys.ts'

export type Summary = {
  hasHistoricalKeys: boolean
  subordinates: number
  trustMarkTypes: string[]
  trustMarksIssued: number
  collection: {
    entities: number
    openidProviders: number
    relyingParties: number
    intermediates: number
    /** Unix seconds; undefined before the first crawl. */
    lastUpdated: number | undefined
  }
}

/** All counts in one round trip. */
export async function readSummary(redis: Redis, keys: RedisKeys): Promise<Summary> {
  const { collection } = keys
  const [historical, subordinates, types, issued, entities, providers, parties, intermediates, updated] =
    await Promise.all([
      redis.exists(keys.historicalKeys),
      redis.hlen(keys.subordinates),
      redis.smembers(keys.trustMarkTypes),
      redis.scard(keys.issuedTrustMarks),
      redis.hlen(collection.entities),
      redis.scard(collection.byType('openid_provider')),
      redis.scard(collection.byType('openid_relying_party')),
      redis.scard(collection.byType('federation_entity')),
      redis.get(collection.lastUpdated),
    ])
  return {
    hasHistoricalKeys: historical === 1,
    subordinates,
    trustMarkTypes: types.sort(),
    trustMarksIssued: issued,
    collection: {
      entities,
      openidProviders: providers,
      relyingParties: parties,
      intermediates,
      lastUpdated: updated === null ? undefined : Number(updated),
    },
  }
}
