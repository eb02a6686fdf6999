/** Finds the alert about withdrawals that Redis had and an older database lacked. */
import { type AlertSource, plural } from '#server/alerts/alert.ts'
import type { Database } from '#server/database/client.ts'
import { readFirstWithdrawals } from '#server/services/found-withdrawals.ts'

/** Named in the message. */
const NAMED = 20

const words: Readonly<Record<string, string>> = {
  REMOVED: 'removed',
  DEACTIVATED: 'deactivated',
  UNKNOWN: 'not in the database',
}

export const withdrawalAlerts: AlertSource<{ db: Database }> = async ({ db }) => {
  const rows = await readFirstWithdrawals(db, NAMED)
  const [first] = rows
  if (!first) return []
  const { total: size, foundAt: since } = first
  const names = rows.map(
    ({ kind, entityId, trustMarkType }) => `${entityId} (${words[kind] ?? `revoked mark ${trustMarkType}`})`,
  )
  const others = size > names.length ? `, and ${size - names.length} more in the audit log` : ''
  const message = `Redis had a newer state than the database, which was restored or taken over by an older copy. ${plural(size, 'object')} ${size === 1 ? 'is' : 'are'} not published until you decide: ${names.join(', ')}${others}. Run inmor publication decide-withdrawals.`
  return [{ code: 'WITHDRAWALS_FOUND', since, size, message }]
}
