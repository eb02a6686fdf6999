/** Finds alerts about entities outside: keys of pinned Trust Anchors, Trust Marks of others, and awaited entities. */
import { type AwaitedEntity, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { MAX_AWAITED, startOfWaiting } from '#server/services/subordinate/awaited-entities.ts'
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

/** More of them are one alert, so that they do not hide the others. */
const MAX_SINGLE = 10

export const awaitedAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const passing = Prisma.sql`SELECT "id", "entityId", "passesSince" FROM "AwaitedEntity"
    WHERE "since" > ${startOfWaiting(now())}::timestamp AND "passesSince" IS NOT NULL
    ORDER BY "passesSince" LIMIT ${MAX_AWAITED}`
  const rows = await readTogether<Pick<AwaitedEntity, 'id' | 'entityId' | 'passesSince'>>(db, passing, [
    'passesSince',
  ])
  const code = 'AWAITED_ENTITY_PASSES'
  const since = rows[0]?.passesSince
  if (!since) return []
  if (rows.length > MAX_SINGLE) {
    const message = `${plural(rows.length, 'awaited entity', 'awaited entities')} pass all checks now. Register them.`
    return [{ code, since, size: rows.length, message }]
  }
  return rows.map(({ id, entityId, passesSince }) => ({
    code,
    about: entityId,
    since: passesSince ?? since,
    subject: { typename: 'AwaitedEntity', key: id },
    message: `${entityId} passes all checks now. Register it.`,
  }))
}
