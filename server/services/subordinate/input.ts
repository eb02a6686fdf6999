/** The fields that an operator sets for a subordinate: their defaults and parsers. */
import { parseAdditionalClaims } from '#core/additional-claims.ts'
import { parseConstraints } from '#core/constraints.ts'
import { protectedClaims } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { parseJwkSet } from '#core/keys.ts'
import { type Metadata, parseMetadata } from '#core/metadata.ts'
import {
  type MetadataPolicy,
  mergeMetadataPolicies,
  parseMetadataPolicy,
} from '#core/metadata-policy/index.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { parseHours, requireBudget } from '#server/services/hours.ts'
import {
  type Exactly,
  field,
  type Input,
  inApi,
  optionalJsonField,
  type Patch,
} from '#server/services/patch.ts'
import type { PublishedName } from '#server/services/protection/published-fields.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'

/** The claims of the statement beyond the entity's own configuration. */
export const statementFields = {
  forcedMetadata: inApi(
    'JSON',
    'Metadata in its statement that replaces the declared parameters (§3.1.1).',
    optionalJsonField(parseForcedMetadata),
  ),
  metadataPolicy: inApi(
    'JSON',
    'The metadata policy for it and all entities below it, merged with the federation’s (§6.1).',
    optionalJsonField(parsePolicy),
  ),
  constraints: inApi(
    'JSON',
    'The constraints for it and all entities below it; each takes precedence over the federation’s (§6.2).',
    optionalJsonField((value: unknown) => parseConstraints(value, { authoring: true })),
  ),
  requiredTrustMarks: inApi(
    ['URL'],
    'Types of the Trust Marks that it must hold to be registered and renewed.',
    field([], (types: readonly string[]) => [...new Set(types)]),
  ),
  validFor: inApi(
    'Int',
    'The validity of its statement in hours, at most the federation’s maximum; null: the federation’s default.',
    field(null, (given: number, { maximumStatementHours, outageBudget }: Settings) => {
      const hours = parseHours(given, maximumStatementHours)
      requireBudget(hours, outageBudget)
      return hours
    }),
  ),
  autorenew: inApi(
    'Boolean',
    'Whether its statement is renewed automatically; true by default.',
    field(true, (value: boolean) => value),
  ),
  additionalClaims: inApi(
    'JSON',
    'Additional claims of its statement; protected names are refused.',
    optionalJsonField((value: unknown) => parseAdditionalClaims(value, protectedClaims)),
  ),
}

/** `metadata` and `jwks` default to those of the entity's own configuration. */
export const subordinateFields = protecting({
  metadata: field(null, (value: unknown) => parseMetadata(value)),
  jwks: field(null, (value: unknown) => parseJwkSet(value)),
  ...statementFields,
  ...unpublishedFields,
})

/** Each field is known to be published, or never to be: otherwise one person could change it where two must agree. */
function protecting<Table extends object>(
  table: Exactly<Readonly<Record<PublishedName | keyof typeof unpublishedFields, unknown>>, Table>,
): Table {
  return table
}

export type SubordinateFields = Input<typeof subordinateFields>
export type RegisterInput = SubordinateFields & {
  entityId: string
  active?: boolean | null | undefined
  /** Whether `jwks` were compared with keys obtained out of band; by default they were, if there are any. */
  keysCompared?: boolean | null | undefined
}
export type UpdateInput = SubordinateFields & { id: number; version?: number | null | undefined }
export type ParsedFields = Patch<typeof subordinateFields>

/** Endpoints belong in the entity's own configuration, never in its superior's statement (§8.1, §8.2, §8.4). */
function parseForcedMetadata(value: unknown): Metadata {
  const metadata = parseMetadata(value, ['forcedMetadata'])
  const endpoints = Object.keys(metadata.federation_entity ?? {}).filter((name) =>
    /^federation_.*_endpoint$/.test(name),
  )
  if (endpoints.length === 0) return metadata
  const names = endpoints.join(', ')
  throw new FederationError(
    'invalid_metadata',
    `forcedMetadata must not set ${names}. The entity publishes its endpoints itself.`,
  )
}

/** The policy must be valid alone and merged with the federation's (§6.1.4.1). */
function parsePolicy(value: unknown, settings: Settings): MetadataPolicy {
  const policy = parseMetadataPolicy(value, { path: ['metadataPolicy'], authoring: true })
  mergeMetadataPolicies([settings.metadataPolicy, policy])
  return policy
}
