/** What an operator may say about a subordinate, parsed field by field; a fault names its field. */

import { type AdditionalClaims, parseAdditionalClaims } from '#core/additional-claims.ts'
import { type Constraints, parseConstraints } from '#core/constraints.ts'
import { protectedClaims } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import { type Metadata, parseMetadata } from '#core/metadata.ts'
import {
  type MetadataPolicy,
  mergeMetadataPolicies,
  parseMetadataPolicy,
} from '#core/metadata-policy/index.ts'
import type { Settings } from '#prisma/generated/client/client.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import { ofFittingSize } from '#server/services/claim-size.ts'

/** As the API takes it: an absent field stays as it is, `null` clears it. */
export type SubordinateFields = {
  metadata?: unknown
  jwks?: unknown
  forcedMetadata?: unknown
  metadataPolicy?: unknown
  constraints?: unknown
  requiredTrustMarks?: readonly string[] | null | undefined
  validFor?: number | null | undefined
  autorenew?: boolean | null | undefined
  additionalClaims?: unknown
}

export type ParsedFields = {
  metadata?: Metadata | null
  jwks?: JwkSet | null
  forcedMetadata?: Metadata | null
  metadataPolicy?: MetadataPolicy | null
  constraints?: Constraints | null
  requiredTrustMarks?: string[]
  validFor?: number | null
  autorenew?: boolean
  additionalClaims?: AdditionalClaims | null
}

/** @throws InvalidInputError naming the field at fault */
export function parseSubordinateFields(fields: SubordinateFields, settings: Settings): ParsedFields {
  const parsed: ParsedFields = {}
  const set = <Name extends keyof ParsedFields & keyof SubordinateFields>(
    name: Name,
    parse: (value: NonNullable<SubordinateFields[Name]>) => ParsedFields[Name],
    cleared: ParsedFields[Name],
  ) => {
    const value = fields[name]
    if (value === undefined) return
    if (value === null) parsed[name] = cleared
    else parsed[name] = parseField(name, () => parse(ofFittingSize(value as NonNullable<typeof value>, name)))
  }
  set('metadata', (value) => parseMetadata(value), null)
  set('jwks', (value) => parseJwkSet(value), null)
  set('forcedMetadata', parseForcedMetadata, null)
  set('metadataPolicy', (value) => parsePolicy(value, settings), null)
  set('constraints', (value) => parseConstraints(value, { authoring: true }), null)
  set('requiredTrustMarks', (value) => [...new Set(value)], [])
  set('validFor', (value) => parseHours(value, settings.maximumStatementHours), null)
  set('autorenew', (value) => value, true)
  set('additionalClaims', (value) => parseAdditionalClaims(value, protectedClaims), null)
  return parsed
}

/** Endpoints stand in the entity's own configuration, never in what its superior says (8.1, 8.2, 8.4). */
function parseForcedMetadata(value: unknown): Metadata {
  const metadata = parseMetadata(value, ['forcedMetadata'])
  const endpoints = Object.keys(metadata.federation_entity ?? {}).filter((name) =>
    /^federation_.*_endpoint$/.test(name),
  )
  if (endpoints.length === 0) return metadata
  const names = endpoints.join(', ')
  throw new FederationError(
    'invalid_metadata',
    `forcedMetadata must not set ${names}; the entity publishes its endpoints itself.`,
  )
}

/** The policy must stand by itself and together with the federation's, into which it will be merged (6.1.4.1). */
function parsePolicy(value: unknown, settings: Settings): MetadataPolicy {
  const policy = parseMetadataPolicy(value, { path: ['metadataPolicy'] })
  mergeMetadataPolicies([settings.metadataPolicy as MetadataPolicy, policy]) // parsed when written
  return policy
}

/** Whole hours from 1 to the maximum. */
export function parseHours(hours: number, maximum: number, path = 'validFor'): number {
  if (hours < 1) throw new InvalidInputError(`${path} must be at least 1 hour.`, path)
  if (hours > maximum) {
    throw new InvalidInputError(
      `${path} must not be above the federation's maximum of ${maximum} hours.`,
      path,
    )
  }
  return hours
}
