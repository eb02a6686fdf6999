/** Lists the federation endpoints, their definitions, parameters and descriptions (§5.1.1, §8). */
import { appendPath, ENTITY_CONFIGURATION_PATH, type EntityId } from './entity-id.ts'

export type Endpoint = {
  title: string
  description: string
  /** A section of OpenID Federation 1.0, or the draft that defines the endpoint. */
  definedIn: string
  /** Whether our metadata names it: always, unless an operator removes it, or once an operator adds it. */
  advertised: 'always' | 'by default' | 'on request'
  /** Parameters that a request must have. */
  parameters?: readonly string[]
  /** Takes POST, also without client authentication. */
  method?: 'POST'
  /** Answers only while our metadata names it. The others always answer. */
  isServedWhenNamed?: true
  /** The body is a JWT that the client signs, so that it has no other client authentication. */
  takesSignedBody?: true
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
    description: 'All entities of the federation at any depth, as of the last crawl, page by page.',
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
    description: 'The registration history of one entity, signed.',
    definedIn: 'Subordinate Events draft',
    advertised: 'on request',
    parameters: ['sub'],
  },
  self_check: {
    title: 'Self-check',
    description: 'Every check that a registration of an entity would make, for anyone, without an account.',
    definedIn: 'Inmor',
    advertised: 'on request',
    parameters: ['sub'],
    isServedWhenNamed: true,
  },
  enroll: {
    title: 'Enrolment',
    description: 'Asks for the registration of an entity, and says what became of it.',
    definedIn: 'Inmor',
    advertised: 'on request',
    parameters: ['sub'],
    method: 'POST',
    isServedWhenNamed: true,
  },
  trust_mark_request: {
    title: 'Trust Mark request',
    description: 'Asks for a Trust Mark of a type for a subordinate, and says what became of it.',
    definedIn: 'Inmor',
    advertised: 'on request',
    parameters: ['sub', 'trust_mark_type'],
    method: 'POST',
    isServedWhenNamed: true,
  },
  jwks_update_trigger: {
    title: 'Key update trigger',
    description:
      'Asks to fetch the Entity Configuration of a subordinate now, and to take over its new keys.',
    definedIn: 'Inmor',
    advertised: 'on request',
    parameters: ['sub'],
    method: 'POST',
    isServedWhenNamed: true,
  },
  jwks_update: {
    title: 'Key update',
    description:
      'Takes new keys of a subordinate as a JWK Set that it signed with a key of its Subordinate Statement.',
    definedIn: 'Inmor',
    advertised: 'on request',
    method: 'POST',
    isServedWhenNamed: true,
    takesSignedBody: true,
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof table

/** How clients authenticate at each endpoint; an absent one asks for nothing (§8.8). */
export type EndpointAuthMethods = Partial<Record<EndpointName, ('none' | 'private_key_jwt')[]>>

export const endpoints: Readonly<Record<EndpointName, Endpoint>> = table

export const endpointNames = Object.keys(table) as EndpointName[] // the keys of the table
export const optionalEndpoints = endpointNames.filter((name) => endpoints[name].advertised !== 'always')
export const defaultEndpoints = endpointNames.filter((name) => endpoints[name].advertised === 'by default')

/** Its URL follows from the Entity Identifier, so it is not in the metadata (§9). */
export const entityConfigurationEndpoint = {
  title: 'Entity Configuration',
  description:
    'The statement of this Trust Anchor about itself: keys, endpoints and recognized Trust Mark issuers.',
  definedIn: '§9',
  path: ENTITY_CONFIGURATION_PATH,
}

export const getEndpointPath = (name: EndpointName) => `/${name}`

/** Builds the URL of an endpoint of entity `id`, if the entity uses our paths. */
export const buildEndpointUrl = (id: EntityId, name: EndpointName) => appendPath(id, getEndpointPath(name))

/** The `federation_entity` parameter of the URL (§5.1.1). */
export const getEndpointParameter = (name: EndpointName) => `federation_${name}_endpoint`

/** The `federation_entity` parameter of the client authentication methods (§8.8.1). */
export const getAuthMethodsParameter = (name: EndpointName) => `${getEndpointParameter(name)}_auth_methods`

/** Whether we set this `federation_entity` parameter ourselves, so that operators cannot. */
export const isEndpointParameter = (name: string) => /^(federation_|endpoint_auth_)/.test(name)
