/** Parses metadata: one JSON object per Entity Type (§5). */
import { parseObject } from './claim.ts'
import type { EntityId } from './entity-id.ts'
import { FederationError, quote, refuseAt } from './errors.ts'
import { getMember } from './json.ts'
import { formatPath, type Path } from './path.ts'

/** Entity Type Identifier -> parameter -> value. Entity Types are an open set (§5.1). */
export type Metadata = Record<string, Record<string, unknown>>

/** Entity Types whose `issuer` must be the Entity Identifier (§5.1.3, §5.1.4). */
export const typesWithIssuer: readonly string[] = ['openid_provider', 'oauth_authorization_server']

/** Federation Entity Keys belong in the statement's `jwks`, never in `federation_entity` (§5.2.1). */
const keyParameters = ['jwks', 'jwks_uri', 'signed_jwks_uri']

/**
 * Accepts a `metadata` claim: an object of objects without a `null` among the parameter values (§3.2 step 16).
 * @throws FederationError `invalid_metadata`
 */
export function parseMetadata(value: unknown, path: Path = ['metadata']): Metadata {
  const metadata = parseObject(value, path, 'invalid_metadata')
  for (const [type, parameters] of Object.entries(metadata)) {
    parseParameters(type, parameters, [...path, type])
  }
  // Every member was checked above.
  return metadata as Metadata
}

/**
 * Accepts the metadata of one Entity Type.
 * @throws FederationError `invalid_metadata`
 */
export function parseParameters(type: string, value: unknown, path: Path): Metadata[string] {
  const parameters = parseObject(value, path, 'invalid_metadata')
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter === null) throw refuse([...path, name], 'must not be null. Omit it instead')
    if (type === 'federation_entity' && keyParameters.includes(name)) {
      throw refuse([...path, name], 'is not allowed. Federation keys belong in the jwks of the statement')
    }
  }
  return parameters
}

/**
 * Checks that a provider's `issuer` is its Entity Identifier, which prevents impersonation.
 * @throws FederationError `invalid_metadata`
 */
export function checkIssuer(metadata: Metadata, entityId: EntityId): void {
  for (const type of typesWithIssuer) {
    const issuer = getMember(getMember(metadata, type), 'issuer')
    if (issuer !== undefined && issuer !== entityId) {
      const path = ['metadata', type, 'issuer']
      const message = `${formatPath(path)} must be the Entity Identifier ${entityId}, not ${quote(issuer)}.`
      throw new FederationError('invalid_metadata', message, { path, check: 'issuer' })
    }
  }
}

/**
 * Applies the `metadata` of the Immediate Superior's statement: its parameters replace or extend those of the same
 * Entity Type. Entity Types that the Entity lacks are not added (§3.1.1).
 */
export function applySuperiorMetadata(own: Metadata, superior: Metadata | undefined): Metadata {
  return Object.fromEntries(
    Object.entries(own).map(([type, parameters]) => [type, { ...parameters, ...getMember(superior, type) }]),
  )
}

const refuse = (path: Path, finding: string) => refuseAt(path, finding, 'invalid_metadata')
