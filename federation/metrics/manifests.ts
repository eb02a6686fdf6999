/** Observes how recent the files of an export are. Each process that knows Redis may do so. */
import type { Redis } from 'ioredis'
import { Gauge, type Registry } from 'prom-client'
import { type AnchorPlace, anchorPlace } from '#store/anchors.ts'
import { redisKeys } from '#store/keys.ts'
import { decodePart, payloadOf } from '#store/published-jwt.ts'

type Options = {
  redis: Redis
  /** Of the first anchor. */
  config: AnchorPlace
  /** The slugs of those that are exported. */
  anchors: () => Promise<readonly string[]>
}

export function observeManifests(registry: Registry, { redis, config, anchors }: Options): void {
  const keyOf = (slug: string) => redisKeys(anchorPlace(config, slug).redisKeyPrefix).manifest
  new Gauge({
    name: 'inmor_export_manifest_age_seconds',
    help: 'Time since the last manifest was signed; absent while there is none.',
    labelNames: ['anchor'],
    registers: [registry],
    aggregator: 'max', // each worker says the same
    async collect() {
      this.reset()
      // While Redis is away, inmor_redis_up says so.
      for (const anchor of await anchors().catch(() => [])) {
        const jwt = await redis.get(keyOf(anchor)).catch(() => null)
        const iat = jwt === null ? undefined : decodePart(payloadOf(jwt))?.iat
        if (typeof iat === 'number') this.set({ anchor }, Date.now() / 1000 - iat)
      }
    },
  })
}
