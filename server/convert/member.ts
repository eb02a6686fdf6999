/** Takes a member from the statement about it. */
import { removeProtected } from '#core/additional-claims.ts'
import { type EntityStatementClaims, protectedClaims } from '#core/entity-statement/index.ts'
import { isJsonObject } from '#core/json.ts'
import { keyEnd } from '#core/keys.ts'
import { mergeMetadataPolicies, operators } from '#core/metadata-policy/index.ts'
import type { SourceMember } from '#server/convert/source.ts'

/** @throws FederationError for a policy that contradicts itself */
export function memberOf(claims: EntityStatementClaims): SourceMember {
  const { sub, iat, exp, jwks, metadata = {}, metadata_policy: policy = {}, constraints = {} } = claims
  const lastKeyEnd = Math.max(...jwks.keys.map(keyEnd))
  return {
    entityId: sub,
    active: true,
    jwks,
    metadata,
    metadataPolicy: mergeMetadataPolicies([policy]),
    constraints,
    additionalClaims: removeProtected(claims, protectedClaims),
    life: exp === lastKeyEnd ? null : exp - iat,
  }
}

/** The operators of a policy that are not known, which readers ignore (§6.1.3.2), and which are not written. */
export function unknownOperatorsOf({ metadata_policy: policy = {} }: EntityStatementClaims): string[] {
  const known = new Set(operators.map(({ name }) => name))
  const named = Object.values(policy)
    .flatMap((parameters) => Object.values(parameters))
    .flatMap((values) => (isJsonObject(values) ? Object.keys(values) : []))
  return named.filter((name) => !known.has(name))
}
