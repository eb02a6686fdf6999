/** The settings of the Trust Anchor and its federation: their defaults and parsers. */
import { parseConstraints } from '#core/constraints.ts'
import { type NumberSetting, numberSettings } from '#core/defaults.ts'
import {
  defaultEndpoints,
  type EndpointAuthMethods,
  type EndpointName,
  endpointNames,
  endpoints,
  isEndpointParameter,
  optionalEndpoints,
} from '#core/endpoint.ts'
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import type { TrustMarkEntry } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import { mapRows } from '#core/map-rows.ts'
import { parseParameters } from '#core/metadata.ts'
import { parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import { parseTrustMark, parseTrustMarkIssuers, parseTrustMarkOwners } from '#core/trust-mark/index.ts'
import type { Environment } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { isLine } from '#server/services/line.ts'
import { field, type Input, jsonField } from '#server/services/patch.ts'

type Context = { entityId: EntityId; allowHttp: boolean }

const entityIds = field([], parseEntityIds)

/** One row per setting, by the name of its column. */
export const settingFields = {
  displayName: field(null, parseDisplayName),
  environment: field(null, (environment: Environment) => environment),
  color: field(null, parseColor),
  organizationName: field(null, (name: string) => name),
  organization: jsonField({}, parseOrganization),
  authorityHints: entityIds,
  trustAnchorHints: entityIds,
  trustMarks: jsonField([], parseOwnTrustMarks),
  trustMarkIssuers: jsonField({}, (value: unknown, { allowHttp }: Context) =>
    parseTrustMarkIssuers(value, ['trustMarkIssuers'], { allowHttp }),
  ),
  trustMarkOwners: jsonField({}, (value: unknown, { allowHttp }: Context) =>
    parseTrustMarkOwners(value, ['trustMarkOwners'], { allowHttp }),
  ),
  metadataPolicy: jsonField({}, (value: unknown) =>
    parseMetadataPolicy(value, { path: ['metadataPolicy'], authoring: true }),
  ),
  constraints: jsonField({}, (value: unknown) => parseConstraints(value, { authoring: true })),
  trustAnchors: jsonField({}, parseTrustAnchors),
  endpoints: field(defaultEndpoints, parseEndpoints),
  endpointAuthMethods: jsonField({}, parseAuthMethods),
  ...numberFields(),
}

export type SettingFields = Input<typeof settingFields>

const MAXIMUM_NAME_LENGTH = 60

type NumberField<Value> = ReturnType<typeof field<number, unknown, number, Value>>

/** Whole numbers within the limits of their rows. */
function numberFields() {
  const fields = mapRows(numberSettings, (_name, { default: standard, minimum, maximum, unit }) =>
    field(standard, (value: number) => {
      if (value >= minimum && value <= maximum) return value
      throw new FederationError('invalid_request', `must be from ${minimum} to ${maximum} ${unit}.`)
    }),
  )
  // Each has the type of its own default.
  return fields as { [Name in NumberSetting]: NumberField<(typeof numberSettings)[Name]['default']> }
}

function parseDisplayName(given: string): string {
  const name = given.trim()
  if (isLine(name, MAXIMUM_NAME_LENGTH)) return name
  throw new FederationError(
    'invalid_request',
    `must be one line with 1 to ${MAXIMUM_NAME_LENGTH} characters.`,
  )
}

function parseColor(color: string): string {
  if (/^#[0-9a-f]{6}$/i.test(color)) return color.toLowerCase()
  throw new FederationError('invalid_request', 'must be a color such as #2563eb.')
}

function parseEntityIds(given: readonly string[], { entityId, allowHttp }: Context): EntityId[] {
  const ids = given.map((id) => parseEntityId(id, { allowHttp }))
  if (ids.includes(entityId))
    throw new FederationError('invalid_request', 'must not name this Trust Anchor itself.')
  return [...new Set(ids)]
}

/** In the order of the table, independent of the input. */
function parseEndpoints(names: readonly string[]): EndpointName[] {
  return optionalEndpoints.filter((name) => names.includes(name))
}

/** Informational parameters of federation_entity (§5.2.2); endpoints and keys have fields of their own. */
function parseOrganization(value: unknown): Record<string, unknown> {
  const parameters = parseParameters('federation_entity', value, ['organization'])
  const reserved = Object.keys(parameters).filter(isEndpointParameter)
  if (reserved.length > 0) {
    throw new FederationError(
      'invalid_request',
      `organization must not set ${reserved.join(', ')}. Use endpoints.`,
    )
  }
  return parameters
}

/** Trust Marks issued to this anchor, for its `trust_marks` claim (§3.1.2). */
function parseOwnTrustMarks(jwts: readonly string[], { entityId, allowHttp }: Context): TrustMarkEntry[] {
  return jwts.map((jwt) => {
    const { claims } = parseTrustMark(jwt, { allowHttp })
    if (claims.sub !== entityId) {
      throw new FederationError(
        'invalid_request',
        `the mark of type ${claims.trust_mark_type} is about ${claims.sub}.`,
      )
    }
    return { trust_mark_type: claims.trust_mark_type, trust_mark: jwt }
  })
}

/** Foreign anchors with their pinned keys: entity -> JWK Set (§10). */
function parseTrustAnchors(value: unknown, { entityId, allowHttp }: Context): Record<string, JwkSet> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInputError(
      'trustAnchors must be an object: Entity Identifier -> JWK Set.',
      'trustAnchors',
    )
  }
  const anchors = Object.entries(value).map(([id, jwks]) => {
    if (parseEntityId(id, { allowHttp }) === entityId) {
      throw new FederationError(
        'invalid_request',
        'trustAnchors must not name this Trust Anchor, whose keys are pinned anyway.',
      )
    }
    return [id, parseJwkSet(jwks, ['trustAnchors', id])]
  })
  return Object.fromEntries(anchors)
}

/** Endpoint -> methods; a federation may ask its clients to authenticate (§8.8). */
function parseAuthMethods(value: unknown): EndpointAuthMethods {
  const known = ['none', 'private_key_jwt']
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FederationError(
      'invalid_request',
      'endpointAuthMethods must be an object: endpoint -> list of methods.',
    )
  }
  for (const [name, methods] of Object.entries(value)) {
    if (!endpointNames.some((endpoint) => endpoint === name)) {
      throw new FederationError(
        'invalid_request',
        `${name} is not an endpoint. Use ${endpointNames.join(', ')}.`,
      )
    }
    if (endpoints[name as EndpointName].takesSignedBody)
      throw new FederationError(
        'invalid_request',
        `${name} has no other client authentication than the signature of its requests. Remove it.`,
      )
    if (
      !Array.isArray(methods) ||
      methods.length === 0 ||
      methods.some((method) => !known.includes(method))
    ) {
      throw new FederationError(
        'invalid_request',
        `the methods of ${name} must be a list of ${known.join(' and ')}.`,
      )
    }
  }
  return value // every member was checked
}
