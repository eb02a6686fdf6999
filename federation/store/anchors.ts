/** The anchors of an installation in Redis, and where each keeps its data. */
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { redisKeys } from './keys.ts'

/** The slug of the anchor that is configured. */
export const FIRST_ANCHOR = 'main'

export type AnchorEntry = { slug: string; entityId: string; paused: boolean }

export type AnchorPlace = {
  redisKeyPrefix: string
  keysDirectory: string
  historicalKeysDirectory: string
}

const slugForm = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/

export const isSlug = (text: string) => slugForm.test(text)

/** The first anchor has the configured place. Each other one has its own slot in a Redis Cluster. */
export function anchorPlace(base: AnchorPlace, slug: string): AnchorPlace {
  if (slug === FIRST_ANCHOR) return base
  const { redisKeyPrefix, keysDirectory, historicalKeysDirectory } = base
  const outer = redisKeyPrefix.replace(/[{}]/g, '')
  const keys = join(keysDirectory, slug)
  const isInside = historicalKeysDirectory === join(keysDirectory, keyDirectoryFiles.historicalKeys)
  return {
    redisKeyPrefix: `{${outer && `${outer}.`}${slug}}`,
    keysDirectory: keys,
    historicalKeysDirectory: isInside
      ? join(keys, keyDirectoryFiles.historicalKeys)
      : join(historicalKeysDirectory, slug),
  }
}

/** Replaces the list; an empty one removes it. */
export async function writeAnchors(
  redis: Redis,
  basePrefix: string,
  anchors: readonly AnchorEntry[],
): Promise<void> {
  const key = redisKeys(basePrefix).anchors
  const fields = anchors.map(({ slug, ...entry }) => [slug, JSON.stringify(entry)] as const)
  const transaction = redis.multi().del(key)
  if (fields.length > 0) transaction.hset(key, Object.fromEntries(fields))
  await transaction.exec()
}
