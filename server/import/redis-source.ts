/** Reads inmor's Redis, which has the same key names (#store/keys.ts). Never writes. */
import type { Redis } from 'ioredis'
import { ConfigurationError } from '#federation/config/error.ts'
import type { InmorContent, SourceTrustMark } from '#server/import/content.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { type RedisKeys, redisKeys } from '#store/keys.ts'
import { RedisUrlError } from '#store/redis-url.ts'
import { scanKeys } from '#store/scan.ts'
import { REVOKED_MARK } from '#store/trust-mark-record.ts'

const PATIENCE_MS = 10_000
/** The largest hash is read in one command. */
const COMMAND_TIMEOUT_MS = 60_000

/** @throws FederationError when Redis is unreachable, ConfigurationError when the URL is invalid */
export async function readRedis(url: string): Promise<InmorContent> {
  const redis = connect(url)
  try {
    await waitForRedis(redis, PATIENCE_MS)
    return await read(redis, redisKeys())
  } finally {
    redis.disconnect()
  }
}

function connect(url: string): Redis {
  try {
    return connectRedis(url, { commandTimeout: COMMAND_TIMEOUT_MS })
  } catch (error) {
    if (error instanceof RedisUrlError) throw new ConfigurationError(`--redis ${error.message}.`)
    throw error
  }
}

async function read(redis: Redis, keys: RedisKeys): Promise<InmorContent> {
  const [configuration, historicalKeys, statements, configurations, types, issuedHashes] = await Promise.all([
    redis.get(keys.entityConfiguration),
    redis.get(keys.historicalKeys),
    redis.hgetall(keys.subordinates),
    redis.hgetall(keys.subordinateConfigurations),
    redis.smembers(keys.trustMarkTypes),
    redis.smembers(keys.issuedTrustMarks),
  ])
  const trustMarks = await readTrustMarks(redis, keys)
  const everyType = new Set([...types, ...trustMarks.map(({ type }) => type)])
  return {
    configuration,
    historicalKeys,
    subordinates: Object.entries(statements).map(([entityId, statement]) => {
      return { entityId, statement, configuration: configurations[entityId] ?? null, row: null }
    }),
    trustMarkTypes: [...everyType].map((type) => ({ type, row: null })),
    statusLists: [],
    trustMarks,
    issuedHashes: issuedHashes.filter((hash) => /^[0-9a-f]{64}$/.test(hash)).sort(),
  }
}

async function readTrustMarks(redis: Redis, keys: RedisKeys): Promise<SourceTrustMark[]> {
  const marks = new Map<string, SourceTrustMark>()
  const others = new Set<string>([keys.issuedTrustMarks, keys.trustMarkRevocations])
  for await (const names of scanKeys(redis, keys.trustMarks('*'))) {
    const subjects = names.filter((name) => !others.has(name))
    const held = await Promise.all(subjects.map((name) => redis.hgetall(name)))
    for (const [at, name] of subjects.entries()) {
      const entityId = name.slice(keys.trustMarks('').length)
      for (const [type, value] of Object.entries(held[at] ?? {})) {
        const isRevoked = value === REVOKED_MARK
        const jwt = isRevoked ? null : value
        marks.set(`${type} ${entityId}`, { type, entityId, jwt, isRevoked, row: null })
      }
    }
  }
  return [...marks.values()]
}
