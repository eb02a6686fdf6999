/** Measures signatures of resolve responses and Trust Mark status responses. */
import { Histogram, type Registry } from 'prom-client'
import type { Signer } from '#core/jws.ts'
import { durationBuckets } from './registry.ts'

type Signers = { signer: Signer | null; answers?: Signer | null }

/** Wraps the signers of the keys. Returns the same object while the directory is the same. */
export function observeSigning<Keys extends Signers>(keys: () => Keys, registry: Registry): () => Keys {
  const durations = new Histogram({
    name: 'inmor_sign_duration_seconds',
    help: 'Duration of one signature, by algorithm.',
    labelNames: ['alg'],
    buckets: durationBuckets,
    registers: [registry],
  })
  const wrapped = new WeakMap<Keys, Keys>()

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
    const { signer, answers } = directory
    const observed = { signer: signer && wrap(signer), ...(answers && { answers: wrap(answers) }) }
    const known = wrapped.get(directory) ?? { ...directory, ...observed }
    wrapped.set(directory, known)
    return known
  }
}
