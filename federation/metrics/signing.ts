/** Times what is signed here: resolve responses, and the status of Trust Marks. */
import { Histogram, type Registry } from 'prom-client'
import type { Signer } from '#core/jws.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { durationBuckets } from './registry.ts'

/** The same keys, with a signer that is watched; as long as the directory is the same, so is what is returned. */
export function observeSigning(keys: () => KeyDirectory, registry: Registry): () => KeyDirectory {
  const durations = new Histogram({
    name: 'inmor_sign_duration_seconds',
    help: 'Time for one signature, by algorithm.',
    labelNames: ['alg'],
    buckets: durationBuckets,
    registers: [registry],
  })
  const watched = new WeakMap<KeyDirectory, KeyDirectory>()

  function watch(signer: Signer): Signer {
    return {
      ...signer,
      async sign(payload, header) {
        const end = durations.startTimer({ alg: signer.alg })
        const jwt = await signer.sign(payload, header)
        end()
        return jwt
      },
    }
  }

  return () => {
    const directory = keys()
    const known = watched.get(directory) ?? { ...directory, signer: watch(directory.signer) }
    watched.set(directory, known)
    return known
  }
}
