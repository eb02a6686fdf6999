/** Converts subordinates to and from their REST form: snake case, and required Trust Marks as one string. */
import { z } from 'zod'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import type { SubordinateFields } from '#server/services/subordinate/input.ts'

const object = z.record(z.string(), z.unknown())
const entityid = z.string().min(1).describe('Its Entity Identifier.')
const metadata = object.describe('Its metadata by Entity Type; null: the metadata it declares.')
const forcedMetadata = object.describe('Metadata that our statement sets, over what the entity declares.')
const jwks = object.describe('Its Federation Entity Keys, obtained out of band; null without any.')
const requiredTrustmarks = z
  .string()
  .describe('The required Trust Mark types, separated by commas; null: none.')
const validFor = z.int32().describe("The validity of a statement in hours; null: the federation's default.")
const autorenew = z.boolean().describe('Whether it is renewed automatically.')
const active = z.boolean().describe('Whether a statement about it is published.')
const claims = object.describe('Further claims of the statement.')

export const Output = z.object({
  id: z.int(),
  entityid,
  metadata,
  forced_metadata: forcedMetadata,
  jwks,
  required_trustmarks: requiredTrustmarks.nullable(),
  valid_for: validFor.nullable(),
  expire_at: z.iso.datetime().nullable().describe('When the current statement expires.'),
  autorenew,
  active,
  additional_claims: claims.nullable(),
})

export const Change = z.object({
  metadata: metadata.nullish(),
  forced_metadata: forcedMetadata.nullish(),
  jwks: jwks.nullish(),
  required_trustmarks: requiredTrustmarks.nullish(),
  valid_for: validFor.nullish(),
  autorenew: autorenew.nullish(),
  active: active.nullish(),
  additional_claims: claims.nullish(),
})

export const Registration = Change.extend({ entityid })

export function toBody(subordinate: Subordinate): z.input<typeof Output> {
  const row = typedSubordinate(subordinate)
  return {
    id: row.id,
    entityid: row.entityId,
    metadata: row.metadata,
    forced_metadata: row.forcedMetadata ?? {},
    jwks: { ...row.jwks },
    required_trustmarks: row.requiredTrustMarks.join(',') || null,
    valid_for: row.validFor,
    expire_at: row.statementExpiresAt?.toISOString() ?? null,
    autorenew: row.autorenew,
    active: row.active,
    additional_claims: row.additionalClaims,
  }
}

/** Clients send `jwks: null` for "no keys given", which must not change the registered keys. */
export function toFields({
  metadata,
  forced_metadata,
  jwks,
  required_trustmarks,
  valid_for,
  autorenew,
  additional_claims,
  ...others
}: Omit<z.output<typeof Change>, 'active'>): SubordinateFields {
  others satisfies Record<string, never> // every member has its field
  return {
    metadata,
    forcedMetadata: forced_metadata,
    jwks: jwks ?? undefined,
    requiredTrustMarks: types(required_trustmarks),
    validFor: valid_for,
    autorenew,
    additionalClaims: additional_claims,
  }
}

function types(joined: string | null | undefined): string[] | null | undefined {
  return joined?.split(',').flatMap((type) => type.trim() || []) ?? (joined === null ? null : undefined)
}
