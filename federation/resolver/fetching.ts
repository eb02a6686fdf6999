/** Puts the failure of a fetch into the words that an endpoint may say to strangers (§8.9). */
import { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

/** The result of `fetch`. @throws FederationError, with the `FetchError` as its cause, when the fetch fails */
export async function fetching<Result>(fetch: () => Promise<Result>): Promise<Result> {
  try {
    return await fetch()
  } catch (error) {
    throw error instanceof FetchError ? toFederationError(error) : error
  }
}

function toFederationError(error: FetchError): FederationError {
  const { code, url, retryable } = error
  // Which address a name has inside our network is nobody's business.
  const message =
    code === 'blocked_address' ? `${url} is not at an address that may be asked.` : error.message
  // An identifier at a host that does not exist names nobody, until somebody gives the host its name.
  if (code === 'not_found' || code === 'unknown_host') {
    return new FederationError('not_found', message, { retryable: false }, { cause: error })
  }
  const kind = retryable ? 'temporarily_unavailable' : 'invalid_trust_chain'
  return new FederationError(kind, message, { retryable }, { cause: error })
}
