/** The federation endpoints, as set by an administrator and as named in an Entity Configuration (§5.1.1). */
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
  /** The API's name of an endpoint that can be disabled; undefined for the others. */
  optional?: FederationEndpoint
}

export const endpointSettings: readonly EndpointSetting[] = endpointNames.map((name) => {
  const endpoint = { name, ...endpoints[name] }
  if (endpoint.advertised === 'always') return endpoint
  return { ...endpoint, optional: name.toUpperCase() as FederationEndpoint } // the enum has the same names
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

/** The public address of the statement about `entityId`; undefined without a fetch endpoint. */
export function fetchAddress(claims: unknown, entityId: string): string | undefined {
  const endpoint = metadataOf(claims)[getEndpointParameter('fetch')]
  if (typeof endpoint !== 'string') return undefined
  const url = new URL(endpoint)
  url.searchParams.set('sub', entityId)
  return url.href
}
