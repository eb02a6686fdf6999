/** Caches failed resolutions for seconds, or until a change (§18.1). */
import { LRUCache } from 'lru-cache'
import { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Reader } from '#store/reader.ts'

type Refusals = {
  /** Runs `work`, or throws its recent error for the same key again. */
  guard<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

/** Milliseconds. */
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
      const generationAtStart = generation
      try {
        return await work()
      } catch (error) {
        if (error instanceof FederationError && generation === generationAtStart) refused.set(key, error)
        throw error
      }
    },
  }
}

/** @throws FederationError with the `FetchError` as its cause */
export async function fetchOrRefuse<Result>(fetch: () => Promise<Result>): Promise<Result> {
  try {
    return await fetch()
  } catch (error) {
    throw error instanceof FetchError ? toFederationError(error) : error
  }
}

function toFederationError(error: FetchError): FederationError {
  const { code, url, retryable } = error
  // Do not reveal addresses of the internal network.
  const message = code === 'blocked_address' ? `${url} does not have a public address.` : error.message
  if (code === 'not_found' || code === 'unknown_host') {
    return new FederationError('not_found', message, { retryable: false }, { cause: error })
  }
  const kind = retryable ? 'temporarily_unavailable' : 'invalid_trust_chain'
  return new FederationError(kind, message, { retryable }, { cause: error })
}
