/** Reads from our Entity Configuration which endpoints accept authenticated requests (§8.8.1). */
import { decodeJwt } from 'jose'
import { type EndpointName, getAuthMethodsParameter } from '#core/endpoint.ts'
import { isJsonObject } from '#core/json.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

/** Which requests an endpoint accepts. Methods that we do not support count as absent. */
export type AuthMethods = { anonymous: boolean; authenticated: boolean }

const defaultMethods: AuthMethods = { anonymous: true, authenticated: false }

export function createAuthMethods(reader: Reader): (name: EndpointName) => Promise<AuthMethods> {
  const known = new WeakMap<PublishedJwt, Record<string, unknown>>()

  function readCached(configuration: PublishedJwt): Record<string, unknown> {
    const metadata = known.get(configuration) ?? readMetadata(configuration)
    known.set(configuration, metadata)
    return metadata
  }

  return async (name) => {
    const configuration = await reader.entityConfiguration()
    const methods = configuration && readCached(configuration)[getAuthMethodsParameter(name)]
    if (!Array.isArray(methods)) return defaultMethods
    return { anonymous: methods.includes('none'), authenticated: methods.includes('private_key_jwt') }
  }
}

function readMetadata({ jwt }: PublishedJwt): Record<string, unknown> {
  const { metadata } = decodeJwt<{ metadata?: { federation_entity?: unknown } }>(jwt)
  const own = metadata?.federation_entity
  return isJsonObject(own) ? own : {}
}
