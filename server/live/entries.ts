/** Streams what new audit entries of an anchor lead to, from all processes. */
import type { AuditFeed, FeedEntry } from '#server/live/audit-feed.ts'
import { createEventStream } from '#server/live/event-stream.ts'

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
