/** Derives the history of each subordinate from the audit log, for the Subordinate Events endpoint. */
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { SubordinateEvent } from '#store/subordinate-event.ts'

export type EventsOfSubordinate = { entityId: string; events: SubordinateEvent[] }

/** Entities per page. */
const PAGE = 500

/** An audit entry can yield several events. An update in the second of the registration belongs to the registration. */
function toEvents(entries: readonly Pick<AuditEvent, 'at' | 'eventTypes'>[]): SubordinateEvent[] {
  const events = entries.flatMap(({ at, eventTypes }) => {
    return eventTypes.map((event) => ({ iat: Math.floor(at.getTime() / 1000), event }))
  })
  const registered = new Set(events.filter(({ event }) => event === 'registration').map(({ iat }) => iat))
  return events.filter(({ event, iat }) => !(event.endsWith('_update') && registered.has(iat)))
}

export async function findSubordinateEvents(
  { db }: PublishContext,
  entityIds: readonly string[],
): Promise<EventsOfSubordinate[]> {
  const entries = await db.auditEvent.findMany({
    where: { resourceType: 'Subordinate', resource: { in: [...entityIds] }, eventTypes: { isEmpty: false } },
    orderBy: { id: 'asc' },
    select: { resource: true, at: true, eventTypes: true },
  })
  const byEntity = Map.groupBy(entries, ({ resource }) => resource)
  return [...byEntity].map(([entityId, its]) => ({ entityId, events: toEvents(its) }))
}

/** Yields every entity ever registered, removed ones included, page by page. */
export async function* allSubordinateEvents(context: PublishContext): AsyncGenerator<EventsOfSubordinate[]> {
  for (let after = ''; ; ) {
    const page = await context.db.auditEvent.groupBy({
      by: ['resource'],
      where: { resourceType: 'Subordinate', resource: { gt: after } },
      orderBy: { resource: 'asc' },
      take: PAGE,
    })
    const names = page.map(({ resource }) => resource)
    const last = names.at(-1)
    if (last === undefined) return
    yield await findSubordinateEvents(context, names)
    after = last
  }
}
