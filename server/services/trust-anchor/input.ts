/** What an administrator may say about the Trust Anchor and the whole federation, parsed field by field. */
import { parseConstraints } from '#core/constraints.ts'
import { endpointNames, isEndpointParameter, optionalEndpoints } from '#core/endpoint.ts'
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { parseJwkSet } from '#core/keys.ts'
import { parseParameters } from '#core/metadata.ts'
import { parseTrustMark, parseTrustMarkIssuers, parseTrustMarkOwners } from '#core/trust-mark/index.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import { ofFittingSize } from '#server/services/claim-size.ts'

/** As the API takes it: an absent field stays as it is, `null` clears it. */
export type TrustAnchorFields = {
  organizationName?: string | null | undefined
  organization?: unknown
  authorityHints?: readonly string[] | null | undefined
  trustAnchorHints?: readonly string[] | null | undefined
  trustMarks?: readonly string[] | null | undefined
  trustMarkIssuers?: unknown
  trustMarkOwners?: unknown
  constraints?: unknown
  trustAnchors?: unknown
  endpoints?: readonly string[] | null | undefined
  endpointAuthMethods?: unknown
  entityConfigurationHours?: number | null | undefined
  statementHours?: number | null | undefined
  maximumStatementHours?: number | null | undefined
  maximumTrustMarkHours?: number | null | undefined
  runRetentionDays?: number | null | undefined
  auditRetentionDays?: number | null | undefined
}

type Context = { entityId: EntityId; allowHttp: boolean }
type Rule = { cleared: unknown; parse(value: unknown, context: Context): unknown }

/** Hours that a year has; nothing here is meant to be valid for longer than five. */
const YEAR = 8760

const hours = (cleared: number): Rule => ({
  cleared,
  parse: (value) => {
    if (typeof value === 'number' && value >= 1 && value <= 5 * YEAR) return value
    throw new FederationError('invalid_request', `must be from 1 to ${5 * YEAR} hours.`)
  },
})

const days = (cleared: number | null, minimum = 1): Rule => ({
  cleared,
  parse: (value) => {
    if (typeof value === 'number' && value >= minimum && value <= 3650) return value
    throw new FederationError('invalid_request', `must be from ${minimum} to 3650 days.`)
  },
})

const entityIds: Rule = {
  cleared: [],
  parse: (value, { entityId, allowHttp }) => {
    const ids = (value as readonly string[]).map((id) => parseEntityId(id, { allowHttp })) // a list of strings by the schema
    if (ids.includes(entityId))
      throw new FederationError('invalid_request', 'must not name this Trust Anchor itself.')
    return [...new Set(ids)]
  },
}

/** One rule a field; its name is the column's. */
const rules: Readonly<Record<keyof TrustAnchorFields, Rule>> = {
  organizationName: { cleared: null, parse: (value) => value },
  organization: { cleared: {}, parse: parseOrganization },
  authorityHints: entityIds,
  trustAnchorHints: entityIds,
  trustMarks: { cleared: [], parse: parseOwnTrustMarks },
  trustMarkIssuers: {
    cleared: {},
    parse: (value, { allowHttp }) => parseTrustMarkIssuers(value, ['trustMarkIssuers'], { allowHttp }),
  },
  trustMarkOwners: {
    cleared: {},
    parse: (value, { allowHttp }) => parseTrustMarkOwners(value, ['trustMarkOwners'], { allowHttp }),
  },
  constraints: { cleared: {}, parse: (value) => parseConstraints(value, { authoring: true }) },
  trustAnchors: { cleared: {}, parse: parseTrustAnchors },
  endpoints: {
    cleared: [],
    parse: (value) => optionalEndpoints.filter((name) => (value as readonly string[]).includes(name)), // names by the schema
  },
  endpointAuthMethods: { cleared: {}, parse: parseAuthMethods },
  entityConfigurationHours: hours(24),
  statementHours: hours(168),
  maximumStatementHours: hours(YEAR),
  maximumTrustMarkHours: hours(5 * YEAR),
  runRetentionDays: days(90),
  // What happened last must still be there to be looked into.
  auditRetentionDays: days(null, 30),
}

/** @throws InvalidInputError naming the field at fault */
export function parseTrustAnchorFields(
  fields: TrustAnchorFields,
  context: Context,
): Prisma.SettingsUpdateInput {
  const names = Object.keys(rules) as (keyof TrustAnchorFields)[] // the keys of the table
  const given = names.filter((name) => fields[name] !== undefined)
  return Object.fromEntries(
    given.map((name) => {
      const { cleared, parse } = rules[name]
      const value = fields[name]
      return [
        name,
        value === null ? cleared : parseField(name, () => parse(ofFittingSize(value, name), context)),
      ]
    }),
  )
}

/** Informational parameters of federation_entity (5.2.2); endpoints and keys have fields of their own. */
function parseOrganization(value: unknown): unknown {
  const parameters = parseParameters('federation_entity', value, ['organization'])
  const reserved = Object.keys(parameters).filter(isEndpointParameter)
  if (reserved.length > 0) {
    throw new FederationError(
      'invalid_request',
      `organization must not set ${reserved.join(', ')}; use endpoints.`,
    )
  }
  return parameters
}

/** Marks issued to this anchor, as they stand in `trust_marks` (3.1.2). */
function parseOwnTrustMarks(value: unknown, { entityId, allowHttp }: Context): unknown {
  return (value as readonly string[]).map((jwt) => {
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

/** Foreign anchors with their pinned keys: entity -> JWK Set (10). */
function parseTrustAnchors(value: unknown, { entityId, allowHttp }: Context): unknown {
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
        'trustAnchors must not name this Trust Anchor; its own keys are pinned.',
      )
    }
    return [id, parseJwkSet(jwks, ['trustAnchors', id])]
  })
  return Object.fromEntries(anchors)
}

/** Endpoint -> methods; a federation may ask its clients to authenticate (8.8). */
function parseAuthMethods(value: unknown): unknown {
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
        `${name} is not an endpoint; use ${endpointNames.join(', ')}.`,
      )
    }
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
  return value
}
