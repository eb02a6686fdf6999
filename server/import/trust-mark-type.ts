/** A Trust Mark Type with its hours and its renewal. */

import { readSettings } from '#server/database/settings.ts'
import type { SourceTrustMark, SourceTrustMarkType, TrustMarkTypeRow } from '#server/import/content.ts'
import { compared, type ImportContext, imported, type Outcome } from '#server/import/step.ts'
import { claimsOf } from '#server/import/unverified.ts'
import { toPublish } from '#server/publish/outbox.ts'

const HOUR = 3600
/** What inmor gives a type that is made without saying more. */
const usual: TrustMarkTypeRow = { autorenew: true, validFor: 8760, renewalTime: 48, active: true }

export async function importTrustMarkType(
  { db, write, caller, isDryRun }: ImportContext,
  { type, row }: SourceTrustMarkType,
  marks: readonly SourceTrustMark[],
): Promise<Outcome> {
  const { maximumTrustMarkHours } = await readSettings(db)
  const { fields, notes } = withinLimits(row ?? guessed(type, marks), maximumTrustMarkHours)
  const existing = await db.trustMarkType.findUnique({ where: { type } })
  if (existing) {
    // Redis alone does not say what the settings of a type are.
    const names = row ? (Object.keys(fields) as (keyof typeof fields)[]) : [] // keys of the row
    return compared(names.filter((name) => existing[name] !== fields[name]))
  }
  if (isDryRun) return imported(notes)
  await write(caller, async (tx) => {
    const result = await tx.trustMarkType.create({ data: { type, ...fields } })
    return {
      action: 'importTrustMarkType',
      resource: type,
      after: result,
      publish: [toPublish('entity-configuration')],
      result,
    }
  })
  return imported(notes)
}

/** A mark is renewed before it expires, and is not valid for longer than the federation allows. */
export function withinLimits<T extends { validFor: number; renewalTime: number }>(
  row: T,
  maximum: number,
): { fields: T; notes: string[] } {
  const validFor = Math.max(1, Math.min(row.validFor, maximum))
  const renewalTime = row.renewalTime < validFor ? Math.max(0, row.renewalTime) : Math.floor(validFor / 2)
  const notes = [
    ...(validFor === row.validFor ? [] : [`Valid for ${validFor} hours instead of ${row.validFor}.`]),
    ...(renewalTime === row.renewalTime
      ? []
      : [`Renewed ${renewalTime} hours before expiry instead of ${row.renewalTime}.`]),
  ]
  return { fields: { ...row, validFor, renewalTime }, notes }
}

/** The longest life among its marks. */
function guessed(type: string, marks: readonly SourceTrustMark[]): TrustMarkTypeRow {
  const lives = marks.filter((mark) => mark.type === type).map(({ jwt }) => hoursOf(jwt) ?? 0)
  const validFor = Math.max(0, ...lives)
  return validFor > 0 ? { ...usual, validFor } : usual
}

/** For how many hours a JWT was valid when it was issued. */
export function hoursOf(jwt: string | null): number | null {
  const { iat, exp } = claimsOf(jwt) ?? {}
  if (typeof iat !== 'number' || typeof exp !== 'number') return null
  return Math.max(1, Math.round((exp - iat) / HOUR))
}
