/** Merges all changes into one stream, because browsers limit the connections to a server. */
import type { AuditFeed, FeedEntry } from '#server/live/audit-feed.ts'
import { createEventStream } from '#server/live/event-stream.ts'
import type { Events } from '#server/live/events.ts'

/** An audit entry, or a change without one: the outcome of a renewal or the progress of a run. */
export type Change = { about: 'AUDIT_EVENT'; entry: FeedEntry } | { about: 'SUBORDINATE' | 'RUN' }

type Sources = { events: Pick<Events, 'subscribe' | 'subscribeToRuns'>; auditFeed: AuditFeed }

/** Yields new changes, and first the audit entries of the last `lastMs` milliseconds. Ends when a source ends, which happens when the server closes. */
export async function followChanges(
  { events, auditFeed }: Sources,
  lastMs?: number,
): Promise<AsyncIterable<Change>> {
  const sources = [
    mapEvents(events.subscribe(), () => ({ about: 'SUBORDINATE' })),
    // Subscribers of the run get each item; here its state and counts are enough.
    mapEvents(events.subscribeToRuns(), ({ itemId }) => (itemId === null ? { about: 'RUN' } : null)),
    mapEvents(await auditFeed.subscribe(lastMs), (entry) => ({ about: 'AUDIT_EVENT', entry })),
  ]
  const merged = createEventStream<Change>(() => {
    for (const { stop } of sources) stop()
  })
  for (const { into } of sources) void into(merged.push).finally(merged.end)
  return merged
}

function mapEvents<Event>(source: AsyncIterable<Event>, toChange: (event: Event) => Change | null) {
  const iterator = source[Symbol.asyncIterator]()
  return {
    stop: () => void iterator.return?.(),
    async into(push: (change: Change) => void): Promise<void> {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        const change = toChange(next.value)
        if (change) push(change)
      }
    },
  }
}
