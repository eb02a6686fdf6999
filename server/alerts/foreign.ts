/** Finds alerts about what this anchor holds of others: the keys of pinned Trust Anchors. */
import type { AlertSource, FoundAlert } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { listPinnedAnchors } from '#server/services/trust-anchor/pinned-anchors.ts'

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 86_400_000

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
