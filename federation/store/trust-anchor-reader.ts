/** Reads the pinned keys of the foreign Trust Anchors under which we resolve (§10). */

import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import type { RedisKeys } from './keys.ts'

/** @throws FederationError `server_error` when a value is not a JWK Set */
export async function readTrustAnchors(redis: Redis, keys: RedisKeys): Promise<Map<EntityId, JwkSet>> {
  const pinned = await redis.hgetall(keys.trustAnchors)
  return new Map(Object.entries(pinned).map(([id, text]) => [id, parsePinned(id, text)]))
}

function parsePinned(id: EntityId, text: string): JwkSet {
  try {
    return parseJwkSet(JSON.parse(text))
  } catch (cause) {
    const message = `The pinned keys of the Trust Anchor ${id} are not a valid JWK Set.`
    throw new FederationError('server_error', message, { subject: id }, { cause })
  }
}
