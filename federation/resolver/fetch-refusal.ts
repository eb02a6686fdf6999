/** Converts fetch errors to error responses without internal details (§8.9). */
import { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

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
