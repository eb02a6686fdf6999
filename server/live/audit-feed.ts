/** Tells of new entries of the audit log, whoever wrote them: another process and the command line too. */
import type { Database } from '#server/database/client.ts'
import { createEventStream, type EventStream } from '#server/live/event-stream.ts'

/** Milliseconds between two looks at one row, while somebody watches. */
const INTERVAL_MS = 1_000
/** Entries told at a time; more than that come with the next look. */
const PAGE = 100

export type AuditFeed = {
  /** The ids of the entries from now on, in order and without gaps. */
  subscribe(): Promise<AsyncIterable<{ id: number }>>
  /** Ends every stream, so that the server can close. */
  close(): void
}

/** Asking the row that every entry moves on is cheap, and unlike a message it cannot be lost. */
export function createAuditFeed(db: Database, onError: (error: unknown) => void): AuditFeed {
  const streams = new Map<EventStream<{ id: number }>, number>()
  let timer: NodeJS.Timeout | undefined

  const lastId = async () => (await db.auditHead.findFirst({ select: { lastId: true } }))?.lastId ?? 0

  async function tell(): Promise<void> {
    const newest = await lastId()
    const seen = Math.min(...streams.values())
    if (newest <= seen) return
    const entries = await db.auditEvent.findMany({
      where: { id: { gt: seen, lte: newest } },
      orderBy: { id: 'asc' },
      take: PAGE,
      select: { id: true },
    })
    for (const [stream, from] of streams) {
      for (const entry of entries) if (entry.id > from) stream.push(entry)
      streams.set(stream, Math.max(from, entries.at(-1)?.id ?? newest))
    }
  }

  function watch(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      tell()
        .catch(onError) // the database is away; what was missed is told afterwards
        .finally(() => (streams.size > 0 ? watch() : undefined))
    }, INTERVAL_MS)
  }

  return {
    async subscribe() {
      const from = await lastId()
      const stream = createEventStream<{ id: number }>(() => {
        streams.delete(stream)
        if (streams.size === 0) clearTimeout(timer)
      })
      if (streams.size === 0) watch()
      streams.set(stream, from)
      return stream
    },
    close() {
      for (const stream of streams.keys()) stream.end()
    },
  }
}
