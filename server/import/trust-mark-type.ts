/** Imports a Trust Mark type with its validity and renewal settings. */
import { defaultTerms } from '#core/defaults.ts'
import { validityFor } from '#core/outage-budget.ts'
import { readSettings } from '#server/database/settings.ts'
import {
  claimsOf,
  type SourceTrustMark,
  type SourceTrustMarkType,
  type TrustMarkTypeRow,
} from '#server/import/content.ts'
import { readStatusEntry } from '#server/import/status-list.ts'
import { compared, type ImportContext, imported, type Outcome } from '#server/import/step.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { validityOf } from '#server/publish/spread.ts'
import type { Limits, Terms } from '#server/services/trust-mark/terms.ts'

const defaults: TrustMarkTypeRow = { ...defaultTerms, active: true }

export async function importTrustMarkType(
  { db, write, caller, isDryRun, entityId }: ImportContext,
  { type, row }: SourceTrustMarkType,
  marks: readonly SourceTrustMark[],
): Promise<Outcome> {
  const { fields, notes } = withinLimits(row ?? guessSettings(type, marks), await readSettings(db))
  const existing = await db.trustMarkType.findUnique({ where: { type } })
  if (existing) {
    // Redis does not contain the settings of a type.
    const names = row ? (Object.keys(fields) as (keyof typeof fields)[]) : [] // keys of the row
    return compared(names.filter((name) => existing[name] !== fields[name]))
  }
  if (isDryRun) return imported(notes)
  await write(caller, async (tx) => {
    const statusList = marks.some((mark) => mark.type === type && readStatusEntry(mark.jwt, entityId))
    const result = await tx.trustMarkType.create({ data: { type, ...fields, statusList } })
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

/** Limits the validity to the federation's maximum and to its outage budget, and the renewal to a time before expiry. */
export function withinLimits<T extends Terms>(
  row: T,
  { maximumTrustMarkHours, outageBudget }: Limits,
): { fields: T; notes: string[] } {
  const least = row.autorenew && outageBudget !== null ? validityFor(outageBudget) : 1
  const validFor = Math.max(least, Math.min(row.validFor, maximumTrustMarkHours))
  const renewalTime = row.renewalTime < validFor ? Math.max(0, row.renewalTime) : Math.floor(validFor / 2)
  const notes = [
    ...(validFor === row.validFor ? [] : [`Valid for ${validFor} hours instead of ${row.validFor}.`]),
    ...(renewalTime === row.renewalTime
      ? []
      : [`Renewed ${renewalTime} hours before expiry instead of ${row.renewalTime}.`]),
  ]
  return { fields: { ...row, validFor, renewalTime }, notes }
}

/** Settings derived from the longest validity among its marks. */
function guessSettings(type: string, marks: readonly SourceTrustMark[]): TrustMarkTypeRow {
  const lives = marks.filter((mark) => mark.type === type).map(({ jwt }) => hoursOf(jwt) ?? 0)
  const validFor = Math.max(0, ...lives)
  return validFor > 0 ? { ...defaults, validFor } : defaults
}

/** The validity of a JWT in hours, before it was spread. */
export function hoursOf(jwt: string | null): number | null {
  const { iat, exp, sub } = claimsOf(jwt) ?? {}
  if (typeof iat !== 'number' || typeof exp !== 'number') return null
  return validityOf(sub, exp - iat)
}
