/** Reads what a webhook has not got yet: the audit log is its outbox. */
import { Prisma, type Webhook } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { countTogether, readTogether } from '#server/database/together.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { type Entry, entryColumns } from '#server/webhook/event.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const columns = Prisma.raw(
  Object.keys(entryColumns)
    .map((name) => `"${name}"`)
    .join(', '),
)

type Filter = Pick<Webhook, 'position' | 'events' | 'anchors'>

/** Waiting events are counted up to this number, because a count reads them. */
export const MAXIMUM_COUNTED = 1_000

/** The next events, at most `limit` of them, of the entries up to one. */
export function nextEntries(db: Database, filter: Filter, upTo: number, limit: number): Promise<Entry[]> {
  const query = Prisma.sql`SELECT ${columns} ${waitingFor(filter)} AND "id" <= ${upTo} ORDER BY "id" LIMIT ${limit}`
  return readTogether<Entry>(db, query, ['at'])
}

/** At most one more than the maximum. */
export function countWaiting(db: Database, filter: Filter): Promise<number> {
  const waiting = Prisma.sql`SELECT ${waitingFor(filter)} LIMIT ${MAXIMUM_COUNTED + 1}`
  return countTogether(db, Prisma.sql`(${waiting}) AS waiting`)
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

function waitingFor({ position, events, anchors }: Filter): Prisma.Sql {
  const actions = publishedActions.filter((action) => events.length === 0 || events.includes(action))
  // Entries of the installation are among those of the first anchor.
  const ofAnchors = Prisma.sql`AND coalesce("anchor", ${FIRST_ANCHOR}) = ANY (${anchors})`
  return Prisma.sql`FROM "AuditEvent" WHERE "id" > ${position} AND "outcome" = 'SUCCEEDED'
    AND "action" = ANY (${actions}) ${anchors.length === 0 ? Prisma.empty : ofAnchors}`
}
