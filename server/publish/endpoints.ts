/** Where the federation server answers, as federation_entity metadata (5.1.1, 8.8.1). */

type Endpoint = { path: string; optional: boolean }

const endpoints = {
  fetch: { path: '/fetch', optional: false },
  list: { path: '/list', optional: false },
  resolve: { path: '/resolve', optional: true },
  trust_mark_status: { path: '/trust_mark_status', optional: true },
  trust_mark_list: { path: '/trust_mark_list', optional: true },
  trust_mark: { path: '/trust_mark', optional: true },
  historical_keys: { path: '/historical_keys', optional: true },
  collection: { path: '/collection', optional: true },
  extended_list: { path: '/extended_list', optional: true },
  subordinate_events: { path: '/subordinate_events', optional: true },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
export type ClientAuthenticationMethod = 'none' | 'private_key_jwt'
export type EndpointAuthMethods = Partial<Record<EndpointName, ClientAuthenticationMethod[]>>

export const endpointNames = Object.keys(endpoints) as EndpointName[] // the keys of the table
export const optionalEndpoints = endpointNames.filter((name) => endpoints[name].optional)

/** What clients may be asked for, so that they know how to sign (8.8.1). */
const CLIENT_ASSERTION_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512']

const baseUrl = (entityId: string) => (entityId.endsWith('/') ? entityId.slice(0, -1) : entityId) // never two slashes (9)

export function fetchEndpoint(entityId: string): string {
  return baseUrl(entityId) + endpoints.fetch.path
}

/** The endpoint parameters; those of authentication only where it is not the default, `["none"]`. */
export function endpointMetadata(
  entityId: string,
  advertised: readonly string[],
  authMethods: EndpointAuthMethods,
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {}
  for (const name of endpointNames) {
    if (endpoints[name].optional && !advertised.includes(name)) continue
    metadata[`federation_${name}_endpoint`] = baseUrl(entityId) + endpoints[name].path
    const methods = authMethods[name]
    if (methods?.includes('private_key_jwt')) {
      metadata[`federation_${name}_endpoint_auth_methods`] = methods
      metadata.endpoint_auth_signing_alg_values_supported = CLIENT_ASSERTION_ALGORITHMS
    }
  }
  return metadata
}
