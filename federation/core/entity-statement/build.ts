/** Builds the claims of Entity Statements (§3.1). */
import { type AdditionalClaims, parseAdditionalClaims } from '../additional-claims.ts'
import type { Constraints } from '../constraints.ts'
import type { EntityId } from '../entity-id.ts'
import { type JwkSet, toPublicJwk } from '../keys.ts'
import type { Metadata } from '../metadata.ts'
import type { MetadataPolicy } from '../metadata-policy/index.ts'
import type { TrustMarkIssuers, TrustMarkOwners } from '../trust-mark/recognition.ts'
import { type EntityStatementClaims, protectedClaims, type TrustMarkEntry } from './claims.ts'

/** Times are unix seconds. */
export function buildEntityConfiguration(input: {
  entityId: EntityId
  iat: number
  exp: number
  keys: JwkSet
  metadata: Metadata
  authorityHints?: EntityId[] | undefined
  trustAnchorHints?: EntityId[] | undefined
  trustMarks?: TrustMarkEntry[] | undefined
  trustMarkIssuers?: TrustMarkIssuers | undefined
  trustMarkOwners?: TrustMarkOwners | undefined
  additionalClaims?: AdditionalClaims | undefined
}): EntityStatementClaims {
  return {
    ...parseAdditionalClaims(input.additionalClaims ?? {}, protectedClaims),
    ...buildRequired(input.entityId, input.entityId, input),
    metadata: input.metadata,
    ...omitEmpty('authority_hints', input.authorityHints),
    // A Trust Anchor without Superiors must not have it (§3.1.2).
    ...(input.authorityHints?.length ? omitEmpty('trust_anchor_hints', input.trustAnchorHints) : {}),
    ...omitEmpty('trust_marks', input.trustMarks),
    ...omitEmpty('trust_mark_issuers', input.trustMarkIssuers),
    ...omitEmpty('trust_mark_owners', input.trustMarkOwners),
  }
}

/** Times are unix seconds. `keys` are the Subordinate's. */
export function buildSubordinateStatement(input: {
  issuer: EntityId
  subject: EntityId
  iat: number
  exp: number
  keys: JwkSet
  metadata?: Metadata | undefined
  metadataPolicy?: MetadataPolicy | undefined
  metadataPolicyCrit?: string[] | undefined
  constraints?: Constraints | undefined
  sourceEndpoint?: string | undefined
  additionalClaims?: AdditionalClaims | undefined
  crit?: string[] | undefined
}): EntityStatementClaims {
  return {
    ...parseAdditionalClaims(input.additionalClaims ?? {}, protectedClaims),
    ...buildRequired(input.issuer, input.subject, input),
    ...omitEmpty('metadata', input.metadata),
    ...omitEmpty('metadata_policy', input.metadataPolicy),
    ...omitEmpty('metadata_policy_crit', input.metadataPolicyCrit),
    ...omitEmpty('constraints', input.constraints),
    ...(input.sourceEndpoint === undefined ? {} : { source_endpoint: input.sourceEndpoint }),
    ...omitEmpty('crit', input.crit),
  }
}

function buildRequired(iss: EntityId, sub: EntityId, input: { iat: number; exp: number; keys: JwkSet }) {
  // Some implementations refuse fractions. `publicJwk` is an additional protection of private keys.
  return {
    iss,
    sub,
    iat: Math.floor(input.iat),
    exp: Math.floor(input.exp),
    jwks: { keys: input.keys.keys.map(toPublicJwk) },
  }
}

/** Several claims must not be empty (§3.1.2, §3.1.3), and an empty claim has no meaning. */
function omitEmpty<Name extends string, Value extends object>(name: Name, value: Value | undefined) {
  // TypeScript widens a computed name to string.
  return (value && Object.keys(value).length > 0 ? { [name]: value } : {}) as { [_ in Name]?: Value }
}
