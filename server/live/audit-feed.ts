/** Streams new audit entries from all processes, the command line included. */
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { leaveCall } from '#server/identity/leave-call.ts'
import { createEventStream, type EventStream, MAXIMUM } from '#server/live/event-stream.ts'

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
