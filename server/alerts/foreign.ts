/** Finds alerts about what this anchor holds of others: the keys of pinned Trust Anchors, and Trust Marks. */
import type { AlertSource, FoundAlert } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { listOwnTrustMarks } from '#server/services/trust-anchor/own-trust-marks.ts'
import { listPinnedAnchors } from '#server/services/trust-anchor/pinned-anchors.ts'

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 86_400_000
const MARK_ABSENCE_MS = 3_600_000

export const pinnedAnchorAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const anchors = await listPinnedAnchors(db)
  return anchors.flatMap(({ entityId, row }): FoundAlert[] => {
    if (!row?.failingSince) return []
    const { failingSince: since, isChanged, lastError } = row
    if (isChanged) {
      const message = `${entityId} publishes an Entity Configuration that no pinned key verifies. Compare its keys with those that it gives you out of band, then pin them. ${lastError}`
      return [{ code: 'PINNED_ANCHOR_CHANGED', about: entityId, since, message }]
    }
    if (since.getTime() > now().getTime() - ABSENCE_MS) return []
    const message = `The keys of ${entityId} have not been followed for a day. ${lastError}`
    return [{ code: 'PINNED_ANCHOR_NOT_FOLLOWED', about: entityId, since, message }]
  })
}

export const ownTrustMarkAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const marks = await listOwnTrustMarks(db)
  return marks.flatMap(({ trustMarkType, issuer, expiresAt, row }): FoundAlert[] => {
    if (!row?.failingSince || !expiresAt) return []
    const at = now().getTime()
    const isUrgent = expiresAt.getTime() < at + ABSENCE_MS
    if (!isUrgent && row.failingSince.getTime() > at - MARK_ABSENCE_MS) return []
    const verb = expiresAt.getTime() <= at ? 'expired' : 'expires'
    const message = `The Trust Mark ${trustMarkType} that ${issuer} issued to this anchor cannot be renewed, and ${verb} at ${expiresAt.toISOString()}. ${row.lastError}`
    const about = `${issuer} ${trustMarkType}`
    return [{ code: 'OWN_TRUST_MARK_FAILING', about, since: row.failingSince, message }]
  })
}
