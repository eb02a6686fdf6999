/** Takes a member from the statement about it. */
import { removeProtected } from '#core/additional-claims.ts'
import { type EntityStatementClaims, protectedClaims } from '#core/entity-statement/index.ts'
import { keyEnd } from '#core/keys.ts'
import {
  findUnknownOperators,
  type MetadataPolicy,
  mergeMetadataPolicies,
} from '#core/metadata-policy/index.ts'
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

/** A note about the operators of policies that are not written. */
export function notesOfOperators(policies: readonly (MetadataPolicy | undefined)[]): string[] {
  const names = [...new Set(policies.flatMap((policy = {}) => findUnknownOperators(policy)))].sort()
  return names.length > 0
    ? [`Policies have operators that are not known, which the file leaves out: ${names.join(', ')}.`]
    : []
}
