/** What is looked up when Prometheus asks: whether Redis answers, and what expires when. */
import { Gauge, type Registry } from 'prom-client'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'

type Watched = {
  reader: Reader
  keys: () => KeyDirectory
  /** Unix seconds. */
  now: () => number
}

export function observeState(registry: Registry, { reader, keys, now }: Watched): void {
  const registers = [registry]
  new Gauge({
    name: 'inmor_redis_up',
    help: 'Whether Redis answers: 1 or 0.',
    registers,
    async collect() {
      this.set(
        await reader.ping().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
  new Gauge({
    name: 'inmor_entity_configuration_expires_in_seconds',
    help: 'Time for which the published Entity Configuration still holds; absent while there is none.',
    registers,
    async collect() {
      this.reset()
      const published = await reader.entityConfiguration().catch(() => undefined) // inmor_redis_up says why
      if (published?.expires === undefined) this.remove()
      else this.set(published.expires - now())
    },
  })
  new Gauge({
    name: 'inmor_key_expires_in_seconds',
    help: 'Time for which each published key still holds, where it has an exp.',
    labelNames: ['kid'],
    registers,
    collect() {
      this.reset()
      for (const key of keys().published.keys) {
        if ('exp' in key && typeof key.exp === 'number') this.set({ kid: key.kid }, key.exp - now())
      }
    },
  })
  new Gauge({
    name: 'inmor_signing_key_info',
    help: 'The key that signs at present; always 1.',
    labelNames: ['kid', 'alg'],
    registers,
    collect() {
      this.reset()
      const { kid, alg } = keys().signer
      this.set({ kid, alg }, 1)
    },
  })
}
