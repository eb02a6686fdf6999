/** Remembers for some seconds what could not be resolved, until something changes here (§18.1). */
import { LRUCache } from 'lru-cache'
import { FederationError } from '#core/errors.ts'
import type { Reader } from '#store/reader.ts'

export type Refusals = {
  /** The result of `work`, or what it threw a moment ago under the same key. */
  guard<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

/** Milliseconds for which a refusal is repeated without trying again. */
const REFUSAL_MS = 5_000
const MAX_REFUSALS = 10_000

export function createRefusals(reader: Reader): Refusals {
  const refused = new LRUCache<string, FederationError>({ max: MAX_REFUSALS, ttl: REFUSAL_MS })
  let generation = 0
  reader.onChange(() => {
    refused.clear()
    generation += 1
  })
  return {
    async guard(key, work) {
      const earlier = refused.get(key)
      if (earlier) throw earlier
      const begun = generation
      try {
        return await work()
      } catch (error) {
        if (error instanceof FederationError && generation === begun) refused.set(key, error)
        throw error
      }
    },
  }
}
