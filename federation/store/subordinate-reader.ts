/** Reads the Immediate Subordinates for `/list`, from their info or else from their statements (§8.2). */

import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import type { RedisKeys } from './keys.ts'
import type { ItemFormat } from './list-page.ts'
import type { ListPlace } from './page-reader.ts'
import { scanHash } from './scan.ts'
import { createSharing } from './sharing.ts'
import { parseSubordinateInfo, type SubordinateInfo } from './subordinate-info.ts'

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
}

export const subordinateFormat: ItemFormat<Subordinate> = {
  times: 2,
  split: ({ entityTypes, isIntermediate, registered, updated }) => ({
    common: { entityTypes, isIntermediate },
    times: [registered, updated],
  }),
  join: ({ id, expires = 0, common, times: [registered, updated] }) => ({
    ...(common as Pick<Subordinate, 'entityTypes' | 'isIntermediate'>), // as `split` gave it
    id,
    expires,
    registered,
    updated,
  }),
}

export const subordinatePages = (redis: Redis, keys: RedisKeys): ListPlace<Subordinate> => ({
  keys,
  key: keys.subordinatePages,
  format: subordinateFormat,
  count: () => redis.hlen(keys.subordinates),
})

const BATCH = 500

type All = { lists: Subordinate[][]; isAnnounced: boolean }

/** Reads all Immediate Subordinates, unsorted. */
export async function readSubordinates(redis: Redis, keys: RedisKeys): Promise<All> {
  return (await readFromInfo(redis, keys)) ?? readEach(redis, keys)
}

/** Undefined unless our publisher wrote the info of every subordinate. */
async function readFromInfo(redis: Redis, keys: RedisKeys): Promise<All | undefined> {
  const [count, described] = await Promise.all([
    redis.hlen(keys.subordinates),
    redis.hlen(keys.subordinateInfo),
  ])
  if (count === 0 || count !== described) return undefined
  const share = createSharing<readonly string[]>((types) => types.join(' '))
  const lists: Subordinate[][] = []
  for await (const page of scanHash(redis, keys.subordinateInfo)) {
    const list: Subordinate[] = []
    for (const [id, info] of page) {
      const subordinate = parseInfo(id, info)
      if (!subordinate) return undefined
      list.push({ ...subordinate, entityTypes: share(subordinate.entityTypes) })
    }
    lists.push(list)
  }
  return { lists, isAnnounced: true }
}

async function readEach(redis: Redis, keys: RedisKeys): Promise<All> {
  const lists: Subordinate[][] = []
  const ids = await redis.hkeys(keys.subordinates)
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH)
    const infos = await redis.hmget(keys.subordinateInfo, ...batch)
    const read = async (id: string, index: number) =>
      parseInfo(id, infos[index]) ?? readFromStatements(redis, keys, id)
    lists.push((await Promise.all(batch.map(read))).filter((each) => each !== undefined))
  }
  return { lists, isAnnounced: false }
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
  return info && toSubordinate(id, info)
}

export function toSubordinate(id: string, info: SubordinateInfo): Subordinate {
  const { entity_types: entityTypes, intermediate: isIntermediate, ...times } = info
  return {
    id,
    entityTypes,
    isIntermediate,
    expires: times.expires,
    registered: times.registered,
    updated: times.updated,
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
  return { id, ...kinds, expires: exp, registered: undefined, updated: iat }
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
