/** Which endpoints take authenticated requests: as our own Entity Configuration says, which is the setting (§8.8.1). */
import { decodeJwt } from 'jose'
import { authMethodsParameter, type EndpointName } from '#core/endpoint.ts'
import { isJsonObject } from '#core/json.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

/** Which requests an endpoint takes. Methods that are not offered here count as absent. */
export type AuthMethods = { anonymous: boolean; authenticated: boolean }

const byDefault: AuthMethods = { anonymous: true, authenticated: false }

/** Reads what is published at present. */
export function createAuthMethods(reader: Reader): (name: EndpointName) => Promise<AuthMethods> {
  const known = new WeakMap<PublishedJwt, Record<string, unknown>>()

  function metadataOf(configuration: PublishedJwt): Record<string, unknown> {
    const held = known.get(configuration) ?? readMetadata(configuration)
    known.set(configuration, held)
    return held
  }

  return async (name) => {
    const configuration = await reader.entityConfiguration()
    const methods = configuration && metadataOf(configuration)[authMethodsParameter(name)]
    if (!Array.isArray(methods)) return byDefault
    return { anonymous: methods.includes('none'), authenticated: methods.includes('private_key_jwt') }
  }
}

function readMetadata({ jwt }: PublishedJwt): Record<string, unknown> {
  const { metadata } = decodeJwt<{ metadata?: { federation_entity?: unknown } }>(jwt)
  const own = metadata?.federation_entity
  return isJsonObject(own) ? own : {}
}
