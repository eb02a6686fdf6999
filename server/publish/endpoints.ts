/** Where the federation server answers, as federation_entity metadata (5.1.1). */

const paths = {
  federation_fetch_endpoint: '/fetch',
  federation_list_endpoint: '/list',
  federation_resolve_endpoint: '/resolve',
  federation_trust_mark_status_endpoint: '/trust_mark_status',
  federation_trust_mark_list_endpoint: '/trust_mark_list',
  federation_trust_mark_endpoint: '/trust_mark',
  federation_historical_keys_endpoint: '/historical_keys',
} as const

export type FederationEndpoints = Record<keyof typeof paths, string>

/** The endpoint URLs of an Entity Identifier; its trailing slash never doubles (9). */
export function federationEndpoints(entityId: string): FederationEndpoints {
  const base = entityId.endsWith('/') ? entityId.slice(0, -1) : entityId
  const urls = Object.entries(paths).map(([name, path]) => [name, base + path])
  return Object.fromEntries(urls) as FederationEndpoints // the same names, each with its URL
}
