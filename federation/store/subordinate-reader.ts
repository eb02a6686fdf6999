/** Reads the Immediate Subordinates for `/list`, from their info or else from their statements (§8.2). */

import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import type { RedisKeys } from './keys.ts'
import { parseSubordinateInfo } from './subordinate-info.ts'

export type Subordinate = {
  id: string
  entityTypes: readonly string[]
  isIntermediate: boolean
  /** The `exp` of the Subordinate Statement, in unix seconds. */
  expires: number
  /** Unix seconds; unknown with a foreign writer. */
  registered: number | undefined
  /** When its statement was last signed, in unix seconds. */
  updated: number | undefined
  /** Whether our publisher wrote it. Only our publisher announces changes. */
  isAnnounced: boolean
}

const BATCH = 500

/** Reads all Immediate Subordinates, unsorted. */
export async function readSubordinates(redis: Redis, keys: RedisKeys): Promise<Subordinate[]> {
  const ids = await redis.hkeys(keys.subordinates)
  const found: Subordinate[] = []
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH)
    const infos = await redis.hmget(keys.subordinateInfo, ...batch)
    const read = batch.map(
      async (id, index) => parseInfo(id, infos[index]) ?? readFromStatements(redis, keys, id),
    )
    for (const subordinate of await Promise.all(read)) if (subordinate) found.push(subordinate)
  }
  return found
}

export async function readSubordinate(
  redis: Redis,
  keys: RedisKeys,
  id: string,
): Promise<Subordinate | undefined> {
  const [exists, info] = await Promise.all([
    redis.hexists(keys.subordinates, id),
    redis.hget(keys.subordinateInfo, id),
  ])
  if (!exists) return undefined
  return parseInfo(id, info) ?? readFromStatements(redis, keys, id)
}

function parseInfo(id: string, text: string | null | undefined): Subordinate | undefined {
  const info = parseSubordinateInfo(text)
  if (!info) return undefined
  const { entity_types: entityTypes, intermediate: isIntermediate, ...times } = info
  return {
    id,
    entityTypes,
    isIntermediate,
    expires: times.expires,
    registered: times.registered,
    updated: times.updated,
    isAnnounced: true,
  }
}

/** A foreign writer omits the info: parse both statements, or read its sets when the Entity Configuration is absent. */
async function readFromStatements(
  redis: Redis,
  keys: RedisKeys,
  id: string,
): Promise<Subordinate | undefined> {
  const [statement, configuration] = await Promise.all([
    redis.hget(keys.subordinates, id),
    redis.hget(keys.subordinateConfigurations, id),
  ])
  if (!statement) return undefined // just removed
  const kinds = (configuration && parseKinds(configuration)) || (await readKindsFromSets(redis, keys, id))
  const { exp = 0, iat } = decodeClaims(statement) ?? {}
  return { id, ...kinds, expires: exp, registered: undefined, updated: iat, isAnnounced: false }
}

type Kinds = Pick<Subordinate, 'entityTypes' | 'isIntermediate'>

function parseKinds(configuration: string): Kinds | undefined {
  const metadata = decodeClaims(configuration)?.metadata
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const federationEntity = 'federation_entity' in metadata ? metadata.federation_entity : undefined
  // An Intermediate must publish its fetch endpoint, and a Leaf must not (§5.1.1).
  const isIntermediate =
    typeof federationEntity === 'object' &&
    federationEntity !== null &&
    'federation_fetch_endpoint' in federationEntity
  return { entityTypes: Object.keys(metadata), isIntermediate }
}

async function readKindsFromSets(redis: Redis, keys: RedisKeys, id: string): Promise<Kinds> {
  const sets = [
    [keys.relyingParties, 'openid_relying_party'],
    [keys.openidProviders, 'openid_provider'],
    [keys.intermediates, 'federation_entity'],
  ] as const
  const isMember = await Promise.all(sets.map(([key]) => redis.sismember(key, id)))
  const entityTypes = sets.filter((_, index) => isMember[index]).map(([, entityType]) => entityType)
  return { entityTypes, isIntermediate: entityTypes.includes('federation_entity') }
}

function decodeClaims(jwt: string): { exp?: number; iat?: number; metadata?: unknown } | undefined {
  try {
    return decodeJwt(jwt)
  } catch {
    return undefined // an invalid JWT counts as an expired statement, or as an entity without types
  }
}
