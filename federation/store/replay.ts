/** Remembers which client assertions were used, for all processes that share a Redis (§8.8). */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { redisKeys } from './keys.ts'
import { storeError } from './outage.ts'

export type ReplayGuard = {
  /** Whether `jti` of that client was never claimed before; it is remembered for so many seconds. */
  claim(client: EntityId, jti: string, seconds: number): Promise<boolean>
}

/** @throws FederationError `temporarily_unavailable` while Redis is away: what cannot be remembered is not accepted */
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
        throw storeError(error)
      }
    },
  }
}
