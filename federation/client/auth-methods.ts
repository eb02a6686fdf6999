/** Which endpoints take authenticated requests: as our own Entity Configuration says, which is the setting (§8.8.1). */
import { decodeJwt } from 'jose'
import { isJsonObject } from '#core/json.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

/** Endpoints as the parameters of the metadata name them: `federation_{name}_endpoint`. */
export type EndpointName =
  | 'fetch'
  | 'list'
  | 'resolve'
  | 'trust_mark_status'
  | 'trust_mark_list'
  | 'trust_mark'
  | 'historical_keys'
  | 'collection'
  | 'extended_list'
  | 'subordinate_events'

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
    const methods = configuration && metadataOf(configuration)[`federation_${name}_endpoint_auth_methods`]
    if (!Array.isArray(methods)) return byDefault
    return { anonymous: methods.includes('none'), authenticated: methods.includes('private_key_jwt') }
  }
}

function readMetadata({ jwt }: PublishedJwt): Record<string, unknown> {
  const { metadata } = decodeJwt<{ metadata?: { federation_entity?: unknown } }>(jwt)
  const own = metadata?.federation_entity
  return isJsonObject(own) ? own : {}
}
