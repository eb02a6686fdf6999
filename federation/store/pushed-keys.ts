/**
 * The JWK Sets that subordinates pushed, on their way to the admin side, which verifies them again. One for each
 * subordinate, the latest, which expires.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { EntityId } from '#core/entity-id.ts'
import { redisKeys } from './keys.ts'
import { guarded } from './outage.ts'

/** Seconds for which a JWK Set waits for the admin side. */
export const PUSHED_KEYS_LIFETIME = 600

type Pushed = { entityId: EntityId; order: number; jwt: string }

/** Each method throws FederationError `temporarily_unavailable` while Redis is down. */
export type PushedKeys = ReturnType<typeof createPushedKeys>

export function createPushedKeys({ redis, prefix = '' }: { redis: Redis; prefix?: string }) {
  const keys = redisKeys(prefix)
  const keyOf = (entityId: EntityId) => keys.pushedKeys(createHash('sha256').update(entityId).digest('hex'))

  return {
    /** If two come at once, the one with the higher `order` stays. */
    put: ({ entityId, order, jwt }: Pushed): Promise<void> =>
      guarded(async () => {
        const key = keyOf(entityId)
        const results = await redis
          .multi()
          .zadd(key, order, jwt)
          .zremrangebyrank(key, 0, -2)
          .expire(key, PUSHED_KEYS_LIFETIME)
          .exec()
        const failed = results?.find(([error]) => error)?.[0]
        if (failed) throw failed
      }),

    /** Null when none waits. */
    latest: (entityId: EntityId): Promise<string | null> =>
      guarded(async () => (await redis.zrange(keyOf(entityId), -1, -1))[0] ?? null),

    /** Removes this one. Returns whether a later one waits. */
    remove: ({ entityId, jwt }: Omit<Pushed, 'order'>): Promise<boolean> =>
      guarded(async () => {
        const key = keyOf(entityId)
        await redis.zrem(key, jwt)
        return (await redis.exists(key)) === 1
      }),
  }
}
