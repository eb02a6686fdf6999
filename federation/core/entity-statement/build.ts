/** Builds the claims of Entity Statements (§3.1); signing them is a step of its own. */
import { type AdditionalClaims, parseAdditionalClaims } from '../additional-claims.ts'
import type { Constraints } from '../constraints.ts'
import type { EntityId } from '../entity-id.ts'
import { type JwkSet, publicJwk } from '../keys.ts'
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
    ...frame(input.entityId, input.entityId, input),
    metadata: input.metadata,
    ...unlessEmpty('authority_hints', input.authorityHints),
    // A Trust Anchor without Superiors must not have it (§3.1.2).
    ...(input.authorityHints?.length ? unlessEmpty('trust_anchor_hints', input.trustAnchorHints) : {}),
    ...unlessEmpty('trust_marks', input.trustMarks),
    ...unlessEmpty('trust_mark_issuers', input.trustMarkIssuers),
    ...unlessEmpty('trust_mark_owners', input.trustMarkOwners),
  }
}

/** Times are unix seconds; `keys` are the Subordinate's. */
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
    ...frame(input.issuer, input.subject, input),
    ...unlessEmpty('metadata', input.metadata),
    ...unlessEmpty('metadata_policy', input.metadataPolicy),
    ...unlessEmpty('metadata_policy_crit', input.metadataPolicyCrit),
    ...unlessEmpty('constraints', input.constraints),
    ...(input.sourceEndpoint === undefined ? {} : { source_endpoint: input.sourceEndpoint }),
    ...unlessEmpty('crit', input.crit),
  }
}

function frame(iss: EntityId, sub: EntityId, input: { iat: number; exp: number; keys: JwkSet }) {
  // Some readers take fractions for a fault. publicJwk is a second line: nothing private leaves from here.
  return {
    iss,
    sub,
    iat: Math.floor(input.iat),
    exp: Math.floor(input.exp),
    jwks: { keys: input.keys.keys.map(publicJwk) },
  }
}

/** Several claims must not be empty (§3.1.2, §3.1.3), and none says anything when it is. */
function unlessEmpty<Name extends string, Value extends object>(name: Name, value: Value | undefined) {
  // A computed name widens to string; the object has exactly the one member or none.
  return (value && Object.keys(value).length > 0 ? { [name]: value } : {}) as { [_ in Name]?: Value }
}
