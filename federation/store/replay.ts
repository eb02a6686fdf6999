/** Records used client assertions in Redis, to reject replays in every process (§8.8). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { redisKeys } from './keys.ts'
import { toStoreError } from './outage.ts'

export type ReplayGuard = {
  /** Records the `jti` of a client for `seconds`. False if it was already recorded. */
  claim(client: EntityId, jti: string, seconds: number): Promise<boolean>
}

/** @throws FederationError `temporarily_unavailable` while Redis is down: an assertion that cannot be recorded is not accepted */
export function createReplayGuard({ redis, prefix = '' }: { redis: Redis; prefix?: string }): ReplayGuard {
  const keys = redisKeys(prefix)
  return {
    async claim(client, jti, seconds) {
      const hash = createHash('sha256')
        .update(JSON.stringify([client, jti]))
        .digest('hex')
      try {
        return (await redis.set(keys.clientAssertion(hash), '1', 'EX', seconds, 'NX')) === 'OK'
      } catch (error) {
        throw toStoreError(error)
      }
    },
  }
}
