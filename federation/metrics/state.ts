/** Measures state at each scrape: whether Redis is reachable, and when keys and statements expire. */
import type { Redis } from 'ioredis'
import { Gauge, type Registry } from 'prom-client'
import type { Signer } from '#core/jws.ts'
import { type AnchorPlace, anchorPlace } from '#store/anchors.ts'
import type { KeySets } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { decodePart, payloadOf } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

export type ObservedState = {
  reader: Reader
  keys: () => KeySets
  /** Rejects while there is no key to sign with. */
  signer: () => Promise<Signer>
  /** Unix seconds. */
  now: () => number
}

export function observeState(registry: Registry, { reader, keys, signer, now }: ObservedState): void {
  const registers = [registry]
  observeRedis(registry, () => reader.ping())
  observeKeys(registry, { keys, signer: () => signer().catch(() => undefined), now })
  new Gauge({
    name: 'inmor_entity_configuration_expires_in_seconds',
    help: 'Remaining validity of the published Entity Configuration; absent while there is none.',
    registers,
    aggregator: 'min',
    async collect() {
      this.reset()
      const published = await reader.entityConfiguration().catch(() => undefined) // inmor_redis_up shows the outage
      if (published?.expires === undefined) this.remove()
      else this.set(published.expires - now())
    },
  })
}

/** `ping` rejects when Redis does not answer. */
export function observeRedis(registry: Registry, ping: () => Promise<unknown>): void {
  new Gauge({
    name: 'inmor_redis_up',
    help: '1 if Redis is reachable, otherwise 0.',
    registers: [registry],
    aggregator: 'min',
    async collect() {
      this.set(
        await ping().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
}

/** Without a usable key directory there are no samples: `keys` and `signer` return undefined. */
export function observeKeys(
  registry: Registry,
  {
    keys,
    signer,
    now,
  }: {
    keys: () => KeySets | undefined
    signer: () => Signer | undefined | Promise<Signer | undefined>
    now: () => number
  },
): void {
  const registers = [registry]
  new Gauge({
    name: 'inmor_key_expires_in_seconds',
    help: 'Remaining validity of each published key that has an exp.',
    labelNames: ['kid'],
    registers,
    aggregator: 'min',
    collect() {
      this.reset()
      for (const key of keys()?.published.keys ?? []) {
        if ('exp' in key && typeof key.exp === 'number') this.set({ kid: key.kid }, key.exp - now())
      }
    },
  })
  new Gauge({
    name: 'inmor_signing_key_info',
    help: 'The current signing key; always 1.',
    labelNames: ['kid', 'alg'],
    registers,
    aggregator: 'max',
    async collect() {
      const found = await signer()
      this.reset()
      if (found) this.set({ kid: found.kid, alg: found.alg }, 1)
    },
  })
}

type Options = {
  redis: Redis
  /** Of the first anchor. */
  config: AnchorPlace
  /** The slugs of those that are exported. */
  anchors: () => Promise<readonly string[]>
}

/** Observes how recent the files of an export are. Each process that knows Redis may do so. */
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
