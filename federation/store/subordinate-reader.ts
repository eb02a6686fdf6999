/** Reads what `/list` must know of the Immediate Subordinates: from their info, or else from their statements (§8.2). */

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
  /** Unix seconds; a foreign writer does not say since when an entity is registered. */
  registered: number | undefined
  /** When its statement was last signed anew, in unix seconds. */
  updated: number | undefined
  /** Whether our publisher wrote it, which announces each change. */
  isAnnounced: boolean
}

const BATCH = 500

/** All Immediate Subordinates, in no particular order. */
export async function readSubordinates(redis: Redis, keys: RedisKeys): Promise<Subordinate[]> {
  const ids = await redis.hkeys(keys.subordinates)
  const found: Subordinate[] = []
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH)
    const infos = await redis.hmget(keys.subordinateInfo, ...batch)
    const read = batch.map(async (id, index) => fromInfo(id, infos[index]) ?? fromStatements(redis, keys, id))
    for (const subordinate of await Promise.all(read)) if (subordinate) found.push(subordinate)
  }
  return found
}

/** One Immediate Subordinate; undefined when there is none of that identifier. */
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
  return fromInfo(id, info) ?? fromStatements(redis, keys, id)
}

function fromInfo(id: string, text: string | null | undefined): Subordinate | undefined {
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

/** A foreign writer leaves no info: parse both statements, and ask its sets when the entity's own is not there. */
async function fromStatements(redis: Redis, keys: RedisKeys, id: string): Promise<Subordinate | undefined> {
  const [statement, configuration] = await Promise.all([
    redis.hget(keys.subordinates, id),
    redis.hget(keys.subordinateConfigurations, id),
  ])
  if (!statement) return undefined // removed a moment ago
  const kinds = (configuration && kindsInMetadata(configuration)) || (await kindsInSets(redis, keys, id))
  const { exp = 0, iat } = claims(statement) ?? {}
  return { id, ...kinds, expires: exp, registered: undefined, updated: iat, isAnnounced: false }
}

type Kinds = Pick<Subordinate, 'entityTypes' | 'isIntermediate'>

function kindsInMetadata(configuration: string): Kinds | undefined {
  const metadata = claims(configuration)?.metadata
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const federationEntity = 'federation_entity' in metadata ? metadata.federation_entity : undefined
  // An Intermediate must publish where its statements are fetched, and no Leaf may (§5.1.1).
  const isIntermediate =
    typeof federationEntity === 'object' &&
    federationEntity !== null &&
    'federation_fetch_endpoint' in federationEntity
  return { entityTypes: Object.keys(metadata), isIntermediate }
}

async function kindsInSets(redis: Redis, keys: RedisKeys, id: string): Promise<Kinds> {
  const sets = [
    [keys.relyingParties, 'openid_relying_party'],
    [keys.openidProviders, 'openid_provider'],
    [keys.intermediates, 'federation_entity'],
  ] as const
  const member = await Promise.all(sets.map(([key]) => redis.sismember(key, id)))
  const entityTypes = sets.filter((_, index) => member[index]).map(([, entityType]) => entityType)
  return { entityTypes, isIntermediate: entityTypes.includes('federation_entity') }
}

function claims(jwt: string): { exp?: number; iat?: number; metadata?: unknown } | undefined {
  try {
    return decodeJwt(jwt)
  } catch {
    return undefined // not a JWT: an entity without types, and a statement that has expired
  }
}
