/** Metadata of an Entity: one JSON object for each Entity Type it plays (§5). */
import { parseObject } from './claim.ts'
import type { EntityId } from './entity-id.ts'
import { FederationError, quote } from './errors.ts'
import { member } from './json.ts'

/** Entity Type Identifier -> parameter -> value. Entity Types are an open set (§5.1). */
export type Metadata = Record<string, Record<string, unknown>>

/** Entity Types whose `issuer` must be the Entity Identifier (§5.1.3, §5.1.4). */
const typesWithIssuer = ['openid_provider', 'oauth_authorization_server']

/** Federation Entity Keys stand in the statement's own `jwks`, never in `federation_entity` (§5.2.1). */
const keyParameters = ['jwks', 'jwks_uri', 'signed_jwks_uri']

/**
 * Accepts a `metadata` claim: an object of objects without a `null` among the parameter values (§3.2 step 16).
 * @throws FederationError `invalid_metadata`
 */
export function parseMetadata(value: unknown, path = 'metadata'): Metadata {
  const metadata = parseObject(value, path, 'invalid_metadata')
  for (const [type, parameters] of Object.entries(metadata)) {
    const place = `${path}.${type}`
    for (const [name, parameter] of Object.entries(parseObject(parameters, place, 'invalid_metadata'))) {
      if (parameter === null) throw refuse(`${place}.${name}`, 'must not be null; leave the parameter out')
      if (type === 'federation_entity' && keyParameters.includes(name)) {
        throw refuse(
          `${place}.${name}`,
          'must not be used; federation keys belong in the jwks of the statement',
        )
      }
    }
  }
  // Every Entity Type has just been seen to hold an object.
  return metadata as Metadata
}

/**
 * Checks that a provider's `issuer` is the Entity Identifier, so that nobody answers in another's name.
 * @throws FederationError `invalid_metadata`
 */
export function checkIssuer(metadata: Metadata, entityId: EntityId): void {
  for (const type of typesWithIssuer) {
    const issuer = member(member(metadata, type), 'issuer')
    if (issuer !== undefined && issuer !== entityId) {
      throw refuse(
        `metadata.${type}.issuer`,
        `must be the entity identifier ${entityId}, not ${quote(issuer)}`,
      )
    }
  }
}

/**
 * Lays the `metadata` of the Immediate Superior's statement over an Entity's own: whole parameters replace
 * or join those of the same Entity Type, and Entity Types that the Entity lacks are not added (§3.1.1).
 */
export function applySuperiorMetadata(own: Metadata, superior: Metadata | undefined): Metadata {
  return Object.fromEntries(
    Object.entries(own).map(([type, parameters]) => [type, { ...parameters, ...member(superior, type) }]),
  )
}

function refuse(path: string, message: string): FederationError {
  return new FederationError('invalid_metadata', `${path} ${message}`, { path })
}
