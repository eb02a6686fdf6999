/** The registry of anchors in Redis, and the place of the data of each. Reader and writer share this file. */
import { join, resolve } from 'node:path'
import type { Redis } from 'ioredis'
import { type EntityId, findEntityIdError } from '#core/entity-id.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { redisKeys } from './keys.ts'

/** The slug of the anchor that the configuration names. A server serves it even if the registry lacks it. */
export const FIRST_ANCHOR = 'main'

export type RegisteredAnchor = {
  slug: string
  entityId: EntityId
  /** Its endpoints answer 503 until it is resumed. */
  paused: boolean
}

/** A folder of `KEYS_DIR` has this name, so no anchor can. */
const reserved: readonly string[] = [keyDirectoryFiles.publicKeys]

export function isSlug(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text) && !reserved.includes(text)
}

/** Where the data of an anchor is. */
export type AnchorPlace = {
  redisKeyPrefix: string
  keysDirectory: string
  historicalKeysDirectory: string
}

/** The place of an anchor in an installation whose first anchor is at `base`. Its keys in Redis share a Cluster slot. */
export function anchorPlace(base: AnchorPlace, slug: string): AnchorPlace {
  const { redisKeyPrefix, keysDirectory, historicalKeysDirectory } = base
  if (slug === FIRST_ANCHOR) return { redisKeyPrefix, keysDirectory, historicalKeysDirectory }
  const namespace = redisKeyPrefix.replace(/[{}]/g, '')
  const ownKeys = join(keysDirectory, slug)
  const { historicalKeys } = keyDirectoryFiles
  const isInside = resolve(historicalKeysDirectory) === resolve(keysDirectory, historicalKeys)
  return {
    redisKeyPrefix: `{${namespace === '' ? '' : `${namespace}.`}${slug}}`,
    keysDirectory: ownKeys,
    historicalKeysDirectory: isInside ? join(ownKeys, historicalKeys) : join(historicalKeysDirectory, slug),
  }
}

/** Reads the registry, sorted by slug. Entries that are not anchors are left out, and reported by their slug. */
export async function readAnchors(
  redis: Redis,
  basePrefix: string,
  onInvalid: (slug: string) => void = () => {},
): Promise<RegisteredAnchor[]> {
  const entries = Object.entries(await redis.hgetall(redisKeys(basePrefix).anchors))
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([slug, text]) => {
      const anchor = parseAnchor(slug, text)
      if (!anchor) onInvalid(slug)
      return anchor ?? []
    })
}

/** Replaces the registry. Readers see the old one or the new one. */
export async function writeAnchors(
  redis: Redis,
  basePrefix: string,
  anchors: readonly RegisteredAnchor[],
): Promise<void> {
  const key = redisKeys(basePrefix).anchors
  const entries = anchors.map(({ slug, ...entry }) => [slug, JSON.stringify(entry)] as const)
  const transaction = redis.multi().del(key)
  if (entries.length > 0) transaction.hset(key, Object.fromEntries(entries))
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error
}

function parseAnchor(slug: string, text: string): RegisteredAnchor | undefined {
  const { entityId, paused } = parseObject(text)
  if (!isSlug(slug) || typeof entityId !== 'string' || typeof paused !== 'boolean') return undefined
  return findEntityIdError(entityId, { allowHttp: true }) ? undefined : { slug, entityId, paused }
}

function parseObject(text: string): { entityId?: unknown; paused?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
