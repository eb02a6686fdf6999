/** Lists the federation endpoints: where each is, who decides that it is advertised, and words for people (§5.1.1, §8). */
import { ENTITY_CONFIGURATION_PATH, type EntityId, urlBelow } from './entity-id.ts'

export type Endpoint = {
  title: string
  description: string
  /** A section of OpenID Federation 1.0, or the draft that defines the endpoint. */
  definedIn: string
  /** Whether our metadata names it: always, unless an operator removes it, or once an operator adds it. */
  advertised: 'always' | 'by default' | 'on request'
  /** Parameters that a request must have. */
  parameters?: readonly string[]
  /** Takes POST only. */
  method?: 'POST'
}

const table = {
  fetch: {
    title: 'Subordinate Statement',
    description: 'The statement about one Immediate Subordinate.',
    definedIn: '§8.1',
    advertised: 'always',
    parameters: ['sub'],
  },
  list: {
    title: 'Subordinate listing',
    description: 'The Immediate Subordinates, filtered by Entity Type or Trust Mark on request.',
    definedIn: '§8.2',
    advertised: 'always',
  },
  resolve: {
    title: 'Resolve',
    description:
      'The metadata of an entity after every policy of its Trust Chain, with the chain as evidence.',
    definedIn: '§8.3',
    advertised: 'by default',
    parameters: ['sub', 'trust_anchor'],
  },
  trust_mark_status: {
    title: 'Trust Mark status',
    description: 'Whether an issued Trust Mark is active, expired or revoked.',
    definedIn: '§8.4',
    advertised: 'by default',
    parameters: ['trust_mark'],
    method: 'POST',
  },
  trust_mark_list: {
    title: 'Trust marked entities',
    description: 'The entities that hold a valid Trust Mark of a type.',
    definedIn: '§8.5',
    advertised: 'by default',
    parameters: ['trust_mark_type'],
  },
  trust_mark: {
    title: 'Trust Mark',
    description: 'The Trust Mark of a type that an entity holds.',
    definedIn: '§8.6',
    advertised: 'by default',
    parameters: ['trust_mark_type', 'sub'],
  },
  historical_keys: {
    title: 'Historical keys',
    description: 'Retired and revoked keys, to verify what they signed.',
    definedIn: '§8.7',
    advertised: 'by default',
  },
  collection: {
    title: 'Entity collection',
    description: 'Every entity of the federation at any depth, as the last crawl found them, page by page.',
    definedIn: 'Entity Collection draft',
    advertised: 'by default',
  },
  extended_list: {
    title: 'Extended subordinate listing',
    description: 'The Immediate Subordinates with their statements and times of change, page by page.',
    definedIn: 'Extended Subordinate Listing draft',
    advertised: 'on request',
  },
  subordinate_events: {
    title: 'Subordinate events',
    description: 'What happened to the registration of one entity, signed.',
    definedIn: 'Subordinate Events draft',
    advertised: 'on request',
    parameters: ['sub'],
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof table

/** How clients authenticate at each endpoint; an absent one asks for nothing (§8.8). */
export type EndpointAuthMethods = Partial<Record<EndpointName, ('none' | 'private_key_jwt')[]>>

export const endpoints: Readonly<Record<EndpointName, Endpoint>> = table

export const endpointNames = Object.keys(table) as EndpointName[] // the keys of the table
export const optionalEndpoints = endpointNames.filter((name) => endpoints[name].advertised !== 'always')
export const defaultEndpoints = endpointNames.filter((name) => endpoints[name].advertised === 'by default')

/** Not a parameter of the metadata: everyone can derive its URL from the Entity Identifier (§9). */
export const entityConfigurationEndpoint = {
  title: 'Entity Configuration',
  description:
    'What this Trust Anchor states about itself: keys, endpoints and recognized Trust Mark issuers.',
  definedIn: '§9',
  path: ENTITY_CONFIGURATION_PATH,
}

export const endpointPath = (name: EndpointName) => `/${name}`

/** Where the entity `id` answers, if it lays out its endpoints as we do. */
export const endpointUrl = (id: EntityId, name: EndpointName) => urlBelow(id, endpointPath(name))

/** The `federation_entity` parameter that holds the URL (§5.1.1). */
export const endpointParameter = (name: EndpointName) => `federation_${name}_endpoint`

/** The `federation_entity` parameter that lists how clients authenticate (§8.8.1). */
export const authMethodsParameter = (name: EndpointName) => `${endpointParameter(name)}_auth_methods`

/** Whether a `federation_entity` parameter follows from the endpoints, so that operators cannot set it. */
export const isEndpointParameter = (name: string) => /^(federation_|endpoint_auth_)/.test(name)
