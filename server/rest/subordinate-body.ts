/** A subordinate in the words of the REST API: snake case, and required Trust Marks as one string. */
import { z } from 'zod'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { SubordinateFields } from '#server/services/subordinate/input.ts'

const object = z.record(z.string(), z.unknown())
const entityid = z.string().min(1).describe('Its Entity Identifier.')
const metadata = object.describe('Its metadata by Entity Type.')
const forcedMetadata = object.describe('Metadata that our statement sets, over what the entity declares.')
const jwks = object.describe('Its Federation Entity Keys.')
const requiredTrustmarks = z
  .string()
  .describe('Trust Mark Types that it must hold, joined by commas; null for none.')
const validFor = z
  .int32()
  .describe("Hours for which a statement is valid; null takes the federation's default.")
const autorenew = z.boolean().describe('Whether it is renewed by itself.')
const active = z.boolean().describe('Whether anything is published about it.')
const claims = object.describe('Further claims of the statement.')

export const Output = z.object({
  id: z.int(),
  entityid,
  metadata,
  forced_metadata: forcedMetadata,
  jwks,
  required_trustmarks: requiredTrustmarks.nullable(),
  valid_for: validFor.nullable(),
  expire_at: z.iso.datetime().nullable().describe('When the present statement expires.'),
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

export function shown(row: Subordinate): z.input<typeof Output> {
  return {
    id: row.id,
    entityid: row.entityId,
    // JSON columns below were parsed when they were written.
    metadata: row.metadata as Record<string, unknown>,
    forced_metadata: (row.forcedMetadata ?? {}) as Record<string, unknown>,
    jwks: row.jwks as Record<string, unknown>,
    required_trustmarks: row.requiredTrustMarks.join(',') || null,
    valid_for: row.validFor,
    expire_at: row.statementExpiresAt?.toISOString() ?? null,
    autorenew: row.autorenew,
    active: row.active,
    additional_claims: row.additionalClaims as Record<string, unknown> | null,
  }
}

/** `jwks: null` says that no keys were received out of band, where the services would read "clear them". */
export function fields(body: Omit<z.output<typeof Change>, 'active'>): SubordinateFields {
  return {
    metadata: body.metadata ?? undefined,
    forcedMetadata: body.forced_metadata,
    jwks: body.jwks ?? undefined,
    requiredTrustMarks: types(body.required_trustmarks),
    validFor: body.valid_for,
    autorenew: body.autorenew,
    additionalClaims: body.additional_claims,
  }
}

function types(joined: string | null | undefined): string[] | null | undefined {
  return joined?.split(',').flatMap((type) => type.trim() || []) ?? (joined === null ? null : undefined)
}
