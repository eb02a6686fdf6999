/** Finds alerts about awaited entities that can be registered now. */
import { type AwaitedEntity, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSource, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { MAX_AWAITED, startOfWaiting } from '#server/services/subordinate/awaited-entities.ts'

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
