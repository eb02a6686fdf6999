/** What happened to each subordinate, as the audit log has it, for the Subordinate Events endpoint. */
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { SubordinateEvent } from '#store/subordinate-event.ts'

export type EventsOfSubordinate = { entityId: string; events: SubordinateEvent[] }

/** Entities handled at a time. */
const PAGE = 500

/** An entry of the log may amount to several events; an update in the second of a registration is part of it. */
function toEvents(entries: readonly Pick<AuditEvent, 'at' | 'eventTypes'>[]): SubordinateEvent[] {
  const events = entries.flatMap(({ at, eventTypes }) => {
    return eventTypes.map((event) => ({ iat: Math.floor(at.getTime() / 1000), event }))
  })
  const registered = new Set(events.filter(({ event }) => event === 'registration').map(({ iat }) => iat))
  return events.filter(({ event, iat }) => !(event.endsWith('_update') && registered.has(iat)))
}

export async function findSubordinateEvents(
  { db }: PublishContext,
  entityId: string,
): Promise<SubordinateEvent[]> {
  const entries = await db.auditEvent.findMany({
    where: { resourceType: 'Subordinate', resource: entityId, eventTypes: { isEmpty: false } },
    orderBy: { id: 'asc' },
    select: { at: true, eventTypes: true },
  })
  return toEvents(entries)
}

/** Of every entity that was ever registered, removed ones included, page by page. */
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
    const entries = await context.db.auditEvent.findMany({
      where: { resourceType: 'Subordinate', resource: { in: names }, eventTypes: { isEmpty: false } },
      orderBy: { id: 'asc' },
      select: { resource: true, at: true, eventTypes: true },
    })
    const byEntity = Map.groupBy(entries, ({ resource }) => resource)
    yield [...byEntity].map(([entityId, its]) => ({ entityId, events: toEvents(its) }))
    after = last
  }
}
