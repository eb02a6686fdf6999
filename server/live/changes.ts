/** Everything that changes, in one stream: a browser keeps few connections to a server, and a console many windows. */
import type { AuditFeed } from '#server/live/audit-feed.ts'
import { createEventStream } from '#server/live/event-stream.ts'
import type { Events } from '#server/live/events.ts'

/** An entry of the audit log, or what leaves none: the outcome of a renewal, the progress of a run. */
export type Change = { about: 'AUDIT_EVENT'; auditEventId: number } | { about: 'SUBORDINATE' | 'RUN' }

type Sources = { events: Pick<Events, 'subscribe' | 'subscribeToRuns'>; auditFeed: AuditFeed }

/** From now on; it ends when one of its sources does, which happens when the server closes. */
export async function followChanges({ events, auditFeed }: Sources): Promise<AsyncIterable<Change>> {
  const sources = [
    told(events.subscribe(), () => ({ about: 'SUBORDINATE' })),
    // Each finished item is told to those who watch the run; here its state and counts are enough.
    told(events.subscribeToRuns(), ({ itemId }) => (itemId === null ? { about: 'RUN' } : null)),
    told(await auditFeed.subscribe(), ({ id }) => ({ about: 'AUDIT_EVENT', auditEventId: id })),
  ]
  const merged = createEventStream<Change>(() => {
    for (const { stop } of sources) stop()
  })
  for (const { into } of sources) void into(merged.push).finally(merged.end)
  return merged
}

function told<Event>(source: AsyncIterable<Event>, toChange: (event: Event) => Change | null) {
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
