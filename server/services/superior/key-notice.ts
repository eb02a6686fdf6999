/** Asks a superior to fetch the keys of this anchor, where its Entity Configuration names an endpoint for that. */
import { randomUUID } from 'node:crypto'
import { getAuthMethodsParameter, getEndpointParameter } from '#core/endpoint.ts'
import { parseEndpoint } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { ASSERTION_TYPE } from '#federation/client/assertion.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { toUnix } from '#server/clock.ts'
import type { ServiceContext } from '#server/services/context.ts'

const NAME = 'jwks_update_trigger'

/** Seconds. */
const ASSERTION_LIFETIME = 60

export function createKeyNotice({
  entityId,
  allowHttp,
  fetcher,
  signingKeys,
  now,
}: Pick<ServiceContext, 'entityId' | 'allowHttp' | 'fetcher' | 'signingKeys' | 'now'>) {
  async function authenticate(superior: string): Promise<Record<string, string>> {
    const iat = toUnix(now())
    const claims = { iss: entityId, sub: entityId, aud: superior, jti: randomUUID(), iat }
    const { signer } = signingKeys.current()
    const assertion = await signJwt(
      { ...claims, exp: iat + ASSERTION_LIFETIME },
      { key: signer, typ: 'client-authentication+jwt' },
    )
    return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion }
  }

  /**
   * `listed`: the keys in the superior's statement about this anchor. The next check asks again while they are others.
   * Returns what happened as a sentence; null if there was nothing to ask.
   */
  return async function ask({ claims }: EntityStatement, listed: JwkSet): Promise<string | null> {
    if (!signingKeys.isUsable() || hasSameKids(signingKeys.current().published, listed)) return null
    const { sub: superior, metadata } = claims
    const { [getEndpointParameter(NAME)]: url, [getAuthMethodsParameter(NAME)]: methods } =
      metadata?.federation_entity ?? {}
    if (url === undefined) return null
    try {
      const endpoint = parseEndpoint(url, [getEndpointParameter(NAME)], { allowHttp })
      const isKnown = Array.isArray(methods) && methods.includes('private_key_jwt')
      const form = { sub: entityId, ...(isKnown ? await authenticate(superior) : {}) }
      const { status } = await fetcher.post(endpoint, {
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      })
      if (status < 300) return `${superior} was asked to fetch the keys of this anchor.`
      return `${superior} answers ${status} when it is asked to fetch the keys of this anchor.`
    } catch (error) {
      if (!(error instanceof FederationError || error instanceof FetchError)) throw error
      return `${superior} cannot be asked to fetch the keys of this anchor: ${error.message}`
    }
  }
}

function hasSameKids(one: JwkSet, other: JwkSet): boolean {
  const [a, b] = [one, other].map(({ keys }) => keys.map(({ kid }) => kid).sort())
  return JSON.stringify(a) === JSON.stringify(b)
}
