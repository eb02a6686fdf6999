/** Streams new audit entries from all processes, the command line included, and what they lead to. */
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { leaveCall } from '#server/identity/origin.ts'
import { createEventStream, type EventStream, MAXIMUM } from '#server/live/event-stream.ts'
import { readOnce } from '#server/live/shared-read.ts'

/** Milliseconds between polls of one row, while there are subscribers. */
const INTERVAL_MS = 500
/** Entries per poll; more come with the next poll. */
const PAGE = 100

/** The same object for all subscribers. */
export type FeedEntry = Pick<AuditEvent, 'id' | 'resourceType'>

export type AuditFeed = {
  /** Yields new entries, in order and without gaps; with `lastMs` first of those of as many last milliseconds. */
  subscribe(lastMs?: number): Promise<AsyncIterable<FeedEntry>>
  /** Ends all streams, so that the server can close. */
  close(): void
}

/** Polls the head row that every entry updates: cheap, and unlike a message it cannot be lost. */
export function createAuditFeed(db: Database, onError: (error: unknown) => void): AuditFeed {
  const streams = new Map<EventStream<FeedEntry>, number>()
  let timer: NodeJS.Timeout | undefined

  const lastId = async () => (await db.auditHead.findFirst({ select: { lastId: true } }))?.lastId ?? 0

  /** By the clock of the database, which writes the times of entries. The newest that a stream can keep. */
  const entriesOfLast = (ms: number, newest: number) => db.$queryRaw<FeedEntry[]>`
    SELECT "id", "resourceType" FROM (
      SELECT "id", "resourceType" FROM "AuditEvent"
      WHERE "id" <= ${newest} AND "at" >= clock_timestamp() AT TIME ZONE 'utc' - make_interval(secs => ${ms / 1_000})
      ORDER BY "id" DESC LIMIT ${MAXIMUM}
    ) "newest" ORDER BY "id"`

  async function tell(): Promise<void> {
    const newest = await lastId()
    const seen = Math.min(...streams.values())
    if (newest <= seen) return
    const entries = await db.auditEvent.findMany({
      where: { id: { gt: seen, lte: newest } },
      orderBy: { id: 'asc' },
      take: PAGE,
      select: { id: true, resourceType: true },
    })
    for (const [stream, from] of streams) {
      for (const entry of entries) if (entry.id > from) stream.push(entry)
      streams.set(stream, Math.max(from, entries.at(-1)?.id ?? newest))
    }
  }

  function watch(): void {
    clearTimeout(timer)
    timer = leaveCall(
      setTimeout,
      () => {
        tell()
          .catch(onError) // the database is unreachable; the next poll catches up
          .finally(() => (streams.size > 0 ? watch() : undefined))
      },
      INTERVAL_MS,
    )
  }

  return {
    async subscribe(lastMs) {
      const newest = await lastId()
      const entries = lastMs === undefined ? [] : await entriesOfLast(lastMs, newest)
      const stream = createEventStream<FeedEntry>(() => {
        streams.delete(stream)
        if (streams.size === 0) clearTimeout(timer)
      })
      for (const entry of entries) stream.push(entry)
      if (streams.size === 0) watch()
      streams.set(stream, newest)
      return stream
    },
    close() {
      for (const stream of streams.keys()) stream.end()
    },
  }
}

/** Yields what `toEvent` makes of each entry; false: nothing. Ends when the feed ends, which happens when the server closes. */
export async function followEntries<Event>(
  { auditFeed }: { auditFeed: AuditFeed },
  toEvent: (entry: FeedEntry) => Promise<Event | false>,
): Promise<AsyncIterable<Event>> {
  const entries = (await auditFeed.subscribe())[Symbol.asyncIterator]()
  const events = createEventStream<Event>(() => void entries.return?.())

  async function follow(): Promise<void> {
    for (let next = await entries.next(); !next.done; next = await entries.next()) {
      const event = await toEvent(next.value)
      if (event !== false) events.push(event)
    }
  }

  // After an outage of the database the client subscribes again.
  void follow()
    .catch(() => undefined)
    .finally(events.end)
  return events
}

type Sources = { auditFeed: AuditFeed; db: Database }

/** Yields the keys of changed requests. Ends when the feed ends, which happens when the server closes. */
export function followRequests({ auditFeed, db }: Sources): Promise<AsyncIterable<{ id: number }>> {
  return followEntries({ auditFeed }, async (entry) => {
    return entry.resourceType === 'Request' && readOnce(entry, 'request', () => requestOf(db, entry.id))
  })
}

/** Of an audit entry; false: it has been removed. */
async function requestOf(db: Database, entry: number): Promise<{ id: number } | false> {
  const found = await db.auditEvent.findUnique({ where: { id: entry }, select: { after: true } })
  const { id } = (found?.after ?? {}) as { id?: number } // the row (services/request/step.ts)
  return id !== undefined && (await db.request.count({ where: { id } })) > 0 && { id }
}
