/** Whether clients and providers declare what OpenID Connect needs, with keys that can be fetched (§5.1.2, §5.1.3, §5.2.1). */
import { FederationError, quote } from '#core/errors.ts'
import { verifyJwt } from '#core/jws.ts'
import type { Metadata } from '#core/metadata.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { type Facts, type Finding, fail, pass, skip } from '#server/services/request/pipeline/facts.ts'

type Parameters = Metadata[string]

/** OpenID Connect Discovery 1.0 §3, and §5.1.3. */
const ofProviders = [
  'issuer',
  'authorization_endpoint',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'client_registration_types_supported',
]
/** OpenID Connect Dynamic Client Registration 1.0 §2, and §5.1.2. */
const ofClients = ['redirect_uris', 'client_registration_types']

const required: Readonly<Record<string, readonly string[]>> = {
  openid_relying_party: ofClients,
  openid_provider: ofProviders,
}

const KEY_SET = 'jwk-set+jwt'

export function createOpenidMetadataCheck({ fetcher }: { fetcher: Fetcher }) {
  return async function check({ metadata, statement, entityId }: Facts): Promise<Finding> {
    const declared = Object.entries(metadata).filter(([type]) => Object.hasOwn(required, type))
    if (declared.length === 0) return skip('It is no client or provider of OpenID Connect.')
    const faults = declared.flatMap(([type, parameters]) => findFaults(type, parameters))
    if (faults.length > 0) return fail(faults.join(' '))
    try {
      for (const [type, parameters] of declared) await fetchKeys(type, parameters)
    } catch (error) {
      if (error instanceof FetchError)
        return { ...fail(error.message), ...(error.retryable ? { isTransient: true } : {}) }
      if (error instanceof FederationError) return fail(error.message)
      throw error
    }
    return pass(`Complete for ${declared.map(([type]) => type).join(' and ')}.`)

    async function fetchKeys(type: string, { jwks_uri, signed_jwks_uri }: Parameters): Promise<void> {
      if (typeof jwks_uri === 'string') requireKeys(await readKeySet(jwks_uri), `${type}.jwks_uri`)
      if (typeof signed_jwks_uri !== 'string') return
      const jwt = await fetcher.signedKeySet(signed_jwks_uri, { publisher: entityId })
      const keys = statement.claims.jwks
      const { claims } = await verifyJwt(jwt, { typ: KEY_SET, keys, at: null, code: 'invalid_metadata' })
      for (const name of ['iss', 'sub']) requireOwn(claims[name], `${type}.signed_jwks_uri`, name)
      requireKeys(claims, `${type}.signed_jwks_uri`)
    }

    /** A JWK Set that it signed for another entity is not its own (§5.2.1). */
    function requireOwn(value: unknown, name: string, claim: string): void {
      if (value === entityId) return
      const message = `The ${claim} of the JWT at ${name} must be ${entityId}, not ${quote(value)}.`
      throw new FederationError('invalid_metadata', message)
    }
  }

  /** Servers use either media type (RFC 7517 §8.5). */
  async function readKeySet(uri: string): Promise<unknown> {
    try {
      return await fetcher.json(uri)
    } catch (error) {
      if (error instanceof FetchError && error.code === 'wrong_content_type')
        return fetcher.json(uri, 'application/jwk-set+json')
      throw error
    }
  }
}

function findFaults(type: string, parameters: Parameters): string[] {
  const missing = (required[type] ?? []).filter((name) => isEmpty(parameters[name]))
  const faults = missing.map((name) => `${type}.${name} is missing.`)
  const {
    redirect_uris,
    client_registration_types_supported: ways,
    federation_registration_endpoint,
  } = parameters
  for (const uri of listOf(redirect_uris)) {
    // RFC 6749 §3.1.2.
    if (!URL.canParse(uri) || uri.includes('#'))
      faults.push(
        `${type}.redirect_uris contains ${JSON.stringify(uri.slice(0, 200))}, which is no absolute URI without a fragment.`,
      )
  }
  if (listOf(ways).includes('explicit') && isEmpty(federation_registration_endpoint))
    faults.push(`${type}.federation_registration_endpoint is missing, which explicit registration needs.`)
  if (!['jwks', 'jwks_uri', 'signed_jwks_uri'].some((name) => !isEmpty(parameters[name])))
    faults.push(`${type} has no keys: it needs jwks, jwks_uri or signed_jwks_uri.`)
  return faults.slice(0, MAXIMUM_FAULTS)
}

/** In a message that is stored and shown. */
const MAXIMUM_FAULTS = 8

const isEmpty = (value: unknown) =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** @throws FederationError */
function requireKeys(document: unknown, name: string): void {
  const keys = typeof document === 'object' && document !== null && 'keys' in document ? document.keys : null
  if (Array.isArray(keys) && keys.length > 0) return
  throw new FederationError('invalid_metadata', `The document at ${name} contains no keys.`)
}
