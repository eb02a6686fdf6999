/** Derives the history of each subordinate from the audit log, for the Subordinate Events endpoint. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { SubordinateEvent } from '#store/subordinate-event.ts'

export type EventsOfSubordinate = { entityId: string; events: SubordinateEvent[] }

/** Entities per page. */
const PAGE = 500

/** An audit entry: unix seconds, and its events. */
type Entry = [iat: number, eventTypes: string[]]

/** An audit entry can yield several events. An update in the second of the registration belongs to the registration. */
function toEvents(entries: readonly Entry[]): SubordinateEvent[] {
  const events = entries.flatMap(([iat, eventTypes]) => eventTypes.map((event) => ({ iat, event })))
  const registered = new Set(events.filter(({ event }) => event === 'registration').map(({ iat }) => iat))
  return events.filter(({ event, iat }) => !(event.endsWith('_update') && registered.has(iat)))
}

/** Without entities whose entries are no events. */
export const findSubordinateEvents = (context: PublishContext, entityIds: readonly string[]) =>
  readEvents(context, Prisma.sql`"resource" = ANY (${[...entityIds]})`)

/** Yields every entity ever registered, removed ones included, page by page. */
export async function* allSubordinateEvents(context: PublishContext): AsyncGenerator<EventsOfSubordinate[]> {
  for (let after = ''; ; ) {
    const page = await readEvents(context, Prisma.sql`"resource" > ${after}`, Prisma.sql`LIMIT ${PAGE}`)
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.entityId
  }
}

/** A row for each entity, because a row for each entry takes longer than the rest of the work. */
async function readEvents(
  { db }: PublishContext,
  where: Prisma.Sql,
  limit = Prisma.empty,
): Promise<EventsOfSubordinate[]> {
  const rows = await db.$queryRaw<{ entityId: string; entries: string }[]>`
    SELECT "resource" AS "entityId",
      json_agg(json_build_array(floor(extract(epoch FROM "at"))::int, "eventTypes") ORDER BY "id")::text AS "entries"
    FROM "AuditEvent" WHERE "resourceType" = 'Subordinate' AND "eventTypes" <> '{}' AND ${where}
    GROUP BY "resource" ORDER BY "resource" ${limit}`
  return rows.map(({ entityId, entries }) => ({ entityId, events: toEvents(JSON.parse(entries)) }))
}
