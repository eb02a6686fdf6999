/** Reads our own `federation_entity` metadata, which says what we offer (§5.1.1). */
import { decodeJwt } from 'jose'
import { type EndpointName, getAuthMethodsParameter } from '#core/endpoint.ts'
import { isJsonObject } from '#core/json.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

/** Empty while nothing is published. Each Entity Configuration is decoded once. */
export type OwnMetadata = () => Promise<Record<string, unknown>>

export function createOwnMetadata(reader: Pick<Reader, 'entityConfiguration'>): OwnMetadata {
  const known = new WeakMap<PublishedJwt, Record<string, unknown>>()
  return async () => {
    const configuration = await reader.entityConfiguration()
    if (!configuration) return {}
    const metadata = known.get(configuration) ?? readMetadata(configuration)
    known.set(configuration, metadata)
    return metadata
  }
}

function readMetadata({ jwt }: PublishedJwt): Record<string, unknown> {
  const { metadata } = decodeJwt<{ metadata?: { federation_entity?: unknown } }>(jwt)
  const own = metadata?.federation_entity
  return isJsonObject(own) ? own : {}
}

/** Which requests an endpoint accepts. Methods that we do not support count as absent. */
export type AuthMethods = { anonymous: boolean; authenticated: boolean }

const defaultMethods: AuthMethods = { anonymous: true, authenticated: false }

export function createAuthMethods(readMetadata: OwnMetadata): (name: EndpointName) => Promise<AuthMethods> {
  return async (name) => {
    const methods = (await readMetadata())[getAuthMethodsParameter(name)]
    if (!Array.isArray(methods)) return defaultMethods
    return { anonymous: methods.includes('none'), authenticated: methods.includes('private_key_jwt') }
  }
}
