/** Finds alerts about awaited entities that can be registered now. */
import { type AlertSource, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { MAX_AWAITED, whereAwaited } from '#server/services/subordinate/awaited-entities.ts'

/** More of them are one alert, so that they do not hide the others. */
const MAX_SINGLE = 10

export const awaitedAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const rows = await db.awaitedEntity.findMany({
    where: { ...whereAwaited(now()), passesSince: { not: null } },
    orderBy: { passesSince: 'asc' },
    take: MAX_AWAITED,
  })
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
