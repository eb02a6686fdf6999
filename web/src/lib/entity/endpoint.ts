/** The federation endpoints: as an administrator sets them, and as an Entity Configuration names them (§5.1.1). */
import {
  type Endpoint,
  type EndpointName,
  endpointNames,
  endpoints,
  entityConfigurationEndpoint,
  getEndpointParameter,
} from '#core/endpoint.ts'
import { buildEntityConfigurationUrl } from '#core/entity-id.ts'
import type { FederationEndpoint } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'

export interface EndpointSetting extends Endpoint {
  name: EndpointName
  /** As the API names it among those that can be left out; nothing where it cannot be. */
  optional?: FederationEndpoint
}

export const endpointSettings: readonly EndpointSetting[] = endpointNames.map((name) => {
  const endpoint = { name, ...endpoints[name] }
  if (endpoint.advertised === 'always') return endpoint
  return { ...endpoint, optional: name.toUpperCase() as FederationEndpoint } // the enum has these names
})

export interface PublishedEndpoint extends Pick<Endpoint, 'title' | 'description' | 'definedIn'> {
  url: string
}

const metadataOf = (claims: unknown) =>
  isRecord(claims) && isRecord(claims.metadata) && isRecord(claims.metadata.federation_entity)
    ? claims.metadata.federation_entity
    : {}

export function publishedEndpoints(claims: unknown): (PublishedEndpoint & { name: EndpointName })[] {
  const metadata = metadataOf(claims)
  return endpointNames.flatMap((name) => {
    const url = metadata[getEndpointParameter(name)]
    return typeof url === 'string' ? [{ name, url, ...endpoints[name] }] : []
  })
}

export const configurationEndpoint = (entityId: string): PublishedEndpoint => ({
  ...entityConfigurationEndpoint,
  url: buildEntityConfigurationUrl(entityId),
})

/** Where anyone can read the statement about `entityId`; nothing when the anchor names no fetch endpoint. */
export function fetchAddress(claims: unknown, entityId: string): string | undefined {
  const endpoint = metadataOf(claims)[getEndpointParameter('fetch')]
  if (typeof endpoint !== 'string') return undefined
  const url = new URL(endpoint)
  url.searchParams.set('sub', entityId)
  return url.href
}
