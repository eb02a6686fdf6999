/** What an operator reads after a conversion: numbers, warnings, and what was left out. */
import type { Conversion } from '#server/convert/saml/convert.ts'
import type { Metadata } from '#server/convert/saml/read.ts'
import { MAX_AWAITED } from '#server/services/subordinate/awaited-entities.ts'

export type Report = {
  source: string
  /** The subject of the certificate whose key signed it; null: no signature was checked. */
  signedBy: string | null
  validUntil: string | null
  /** How many were read. */
  entities: number
  warnings: string[]
} & Pick<Conversion, 'organizations' | 'trustMarkTypes' | 'pending' | 'skipped' | 'unmapped'>

export function reportOf(
  conversion: Conversion,
  metadata: Metadata,
  { source, now }: { source: string; now: Date },
): Report {
  const { organizations, trustMarkTypes, pending, skipped, unmapped, warnings } = conversion
  const { certificate, validUntil, entities } = metadata
  return {
    source,
    signedBy: certificate?.subject ?? null,
    validUntil: validUntil?.toISOString() ?? null,
    entities: entities.length,
    warnings: [...warningsOf(metadata, now), ...limitOf(pending.length), ...warnings],
    ...{ organizations, trustMarkTypes, pending, skipped, unmapped },
  }
}

function warningsOf({ certificate, validUntil, entities }: Metadata, now: Date): string[] {
  const warnings: string[] = []
  if (!certificate) warnings.push('No signature was checked. The metadata may come from anyone.')
  if (certificate && certificate.validTo < now)
    warnings.push(
      `The certificate expired at ${certificate.validTo.toISOString()}. Its key was used all the same.`,
    )
  if (!validUntil) warnings.push('The metadata has no validUntil: it may be an old copy.')
  if (entities.length === 0) warnings.push('The metadata has no entities.')
  return warnings
}

const limitOf = (count: number): string[] =>
  count > MAX_AWAITED
    ? [
        `${count} awaited members are written. An anchor awaits ${MAX_AWAITED} at a time, for 30 days: choose by roles, registrars and entityIds in the mapping table, or delete entries before you apply.`,
      ]
    : []

export function describeReport(report: Report): string {
  const { source, signedBy, entities, organizations, trustMarkTypes, pending, skipped, unmapped, warnings } =
    report
  const signature = signedBy === null ? 'not checked' : `by the key of ${signedBy}`
  return [
    `Entities in ${source}: ${entities}. Signature: ${signature}.`,
    `Organizations: ${organizations.length}. Awaited members: ${pending.length}. Trust Mark types: ${trustMarkTypes.length}.`,
    ...(skipped.length > 0
      ? [`Skipped entities: ${skipped.length}. The reasons are at the end of the awaited members.`]
      : []),
    ...unmapped.map(
      (each) => `No row in the mapping table: ${each.attribute} ${each.value} (entities: ${each.entities}).`,
    ),
    ...warnings.map((sentence) => `Warning: ${sentence}`),
  ].join('\n')
}
