/** Reads what a webhook has not got yet: the audit log is its outbox. */
import type { Prisma, Webhook } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { type Entry, entryColumns } from '#server/webhook/event.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type Filter = Pick<Webhook, 'position' | 'events' | 'anchors'>

/** Waiting events are counted up to this number, because a count reads them. */
export const MAXIMUM_COUNTED = 1_000

/** The next events, at most `limit` of them, of the entries up to one. */
export function nextEntries(db: Database, filter: Filter, upTo: number, limit: number): Promise<Entry[]> {
  return db.auditEvent.findMany({
    where: { AND: [conditionOf(filter), { id: { lte: upTo } }] },
    orderBy: { id: 'asc' },
    take: limit,
    select: entryColumns,
  })
}

/** At most one more than the maximum. */
export async function countWaiting(db: Database, filter: Filter): Promise<number> {
  const waiting = await db.auditEvent.findMany({
    where: conditionOf(filter),
    take: MAXIMUM_COUNTED + 1,
    select: { id: true },
  })
  return waiting.length
}

/** The position before everything since a time; without a time, that of the newest entry. */
export async function positionAt(tx: Transaction, from?: Date): Promise<number> {
  const head = await tx.auditHead.findFirst({ select: { lastId: true } })
  const newest = head?.lastId ?? 0
  if (!from) return newest
  const first = await tx.auditEvent.findFirst({
    where: { at: { gte: from } },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  return first ? first.id - 1 : newest
}

function conditionOf({ position, events, anchors }: Filter): Prisma.AuditEventWhereInput {
  const actions = publishedActions.filter((action) => events.length === 0 || events.includes(action))
  // Entries of the installation are among those of the first anchor.
  const places = [{ anchor: { in: anchors } }, ...(anchors.includes(FIRST_ANCHOR) ? [{ anchor: null }] : [])]
  return {
    id: { gt: position },
    outcome: 'SUCCEEDED',
    action: { in: actions },
    ...(anchors.length === 0 ? {} : { OR: places }),
  }
}
