/** What a source states about an anchor and its members. Both converters read it, and one file is made of it. */
import { type AdditionalClaims, removeProtected } from '#core/additional-claims.ts'
import type { Constraints } from '#core/constraints.ts'
import { type EntityStatementClaims, protectedClaims } from '#core/entity-statement/index.ts'
import { type JwkSet, keyEnd } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import {
  findUnknownOperators,
  type MetadataPolicy,
  mergeMetadataPolicies,
} from '#core/metadata-policy/index.ts'
import type { TrustMarkOwner } from '#core/trust-mark/index.ts'

export type SourceMember = {
  entityId: string
  active: boolean
  jwks: JwkSet
  metadata: Metadata
  /** Without operators that are not known. */
  metadataPolicy: MetadataPolicy
  constraints: Constraints
  additionalClaims: AdditionalClaims
  /** For how many seconds its statement is valid; null: the end of its keys ends it before. */
  life: number | null
  note?: string | undefined
}

/** A Trust Mark type that the anchor issues. Terms that the source does not show are absent. */
export type SourceType = {
  type: string
  description?: string | null
  validFor?: number
  owner?: TrustMarkOwner | null
  ref?: string | null
  logoUri?: string | null
  statusList?: boolean
}

export type SourceMark = {
  entityId: string
  trustMarkType: string
  active: boolean
  validFor?: number
  additionalClaims?: AdditionalClaims | null
  delegation?: string | null
}

export type Source = {
  /** The Entity Configuration. */
  configuration: EntityStatementClaims
  members: SourceMember[]
  /** What it states about members without a policy and constraints of their own, if it says so. */
  general?: { metadataPolicy: MetadataPolicy; constraints: Constraints; life: number }
  types: SourceType[]
  marks: SourceMark[]
  /** What the file lacks, in sentences. */
  notes: string[]
}

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
