/** Measures signatures of resolve responses and Trust Mark status responses. */
import { Histogram, type Registry } from 'prom-client'
import type { Signer } from '#core/jws.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { durationBuckets } from './registry.ts'

/** Wraps the signer of the keys. Returns the same object while the directory is the same. */
export function observeSigning(keys: () => KeyDirectory, registry: Registry): () => KeyDirectory {
  const durations = new Histogram({
    name: 'inmor_sign_duration_seconds',
    help: 'Duration of one signature, by algorithm.',
    labelNames: ['alg'],
    buckets: durationBuckets,
    registers: [registry],
  })
  const wrapped = new WeakMap<KeyDirectory, KeyDirectory>()

  function wrap(signer: Signer): Signer {
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
    const known = wrapped.get(directory) ?? { ...directory, signer: wrap(directory.signer) }
    wrapped.set(directory, known)
    return known
  }
}
