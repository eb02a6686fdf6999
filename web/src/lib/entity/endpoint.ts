/** The federation endpoints that an Entity Configuration names in its `federation_entity` metadata (§5.1.1). */
import type { FederationEndpoint } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'

interface Endpoint {
  parameter: string
  label: string
  explanation: string
  section: string
}

const endpoints: readonly Endpoint[] = [
  {
    parameter: 'federation_fetch_endpoint',
    label: 'Fetch',
    explanation: 'The Subordinate Statement about one entity.',
    section: '8.1',
  },
  {
    parameter: 'federation_list_endpoint',
    label: 'Subordinate listing',
    explanation: 'The entities directly below this one.',
    section: '8.2',
  },
  {
    parameter: 'federation_resolve_endpoint',
    label: 'Resolve',
    explanation: 'The metadata of any entity after its Trust Chain was validated.',
    section: '8.3',
  },
  {
    parameter: 'federation_trust_mark_status_endpoint',
    label: 'Trust Mark status',
    explanation: 'Whether a Trust Mark is still active.',
    section: '8.4',
  },
  {
    parameter: 'federation_trust_mark_list_endpoint',
    label: 'Trust marked entities',
    explanation: 'Who holds a Trust Mark of a type.',
    section: '8.5',
  },
  {
    parameter: 'federation_trust_mark_endpoint',
    label: 'Trust Mark',
    explanation: 'The Trust Mark of one entity.',
    section: '8.6',
  },
  {
    parameter: 'federation_historical_keys_endpoint',
    label: 'Historical keys',
    explanation: 'Keys that signed once and no longer do.',
    section: '8.7',
  },
  {
    parameter: 'federation_collection_endpoint',
    label: 'Entity collection',
    explanation: 'Every entity of the federation with names and logos.',
    section: '',
  },
  {
    parameter: 'federation_extended_list_endpoint',
    label: 'Extended subordinate listing',
    explanation: 'The entities directly below this one, page by page, with their statements.',
    section: '',
  },
  {
    parameter: 'federation_subordinate_events_endpoint',
    label: 'Subordinate events',
    explanation: 'What has happened to a subordinate since it was registered.',
    section: '',
  },
]

/** These two are always there. */
const required = ['federation_fetch_endpoint', 'federation_list_endpoint']

export interface EndpointSetting {
  /** As client authentication is set: `trust_mark_status`. */
  name: string
  /** As the API names it among those that can be left out; nothing where it cannot be. */
  optional?: FederationEndpoint
  label: string
  explanation: string
}

/** The endpoints as an administrator sets them. */
export const endpointSettings: readonly EndpointSetting[] = endpoints.map(
  ({ parameter, label, explanation }) => {
    const name = parameter.slice('federation_'.length, -'_endpoint'.length)
    if (required.includes(parameter)) return { name, label, explanation }
    return { name, label, explanation, optional: name.toUpperCase() as FederationEndpoint } // the enum has these names
  },
)

export interface PublishedEndpoint extends Endpoint {
  url: string
}

const metadataOf = (claims: unknown) =>
  isRecord(claims) && isRecord(claims.metadata) && isRecord(claims.metadata.federation_entity)
    ? claims.metadata.federation_entity
    : {}

export function publishedEndpoints(claims: unknown): PublishedEndpoint[] {
  const metadata = metadataOf(claims)
  return endpoints.flatMap((endpoint) => {
    const url = metadata[endpoint.parameter]
    return typeof url === 'string' ? [{ ...endpoint, url }] : []
  })
}

/** Where anybody reads the statement about `entityId`; nothing when the anchor names no fetch endpoint. */
export function fetchAddress(claims: unknown, entityId: string): string | undefined {
  const endpoint = metadataOf(claims).federation_fetch_endpoint
  if (typeof endpoint !== 'string') return undefined
  const url = new URL(endpoint)
  url.searchParams.set('sub', entityId)
  return url.href
}
