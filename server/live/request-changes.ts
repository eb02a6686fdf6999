/** Streams changes of requests from all processes: each has an entry in the audit log. */
import type { Database } from '#server/database/client.ts'
import type { AuditFeed } from '#server/live/audit-feed.ts'
import { createEventStream } from '#server/live/event-stream.ts'

type Sources = { auditFeed: AuditFeed; db: Database }

/** Yields the keys of changed requests. Ends when the feed ends, which happens when the server closes. */
export async function followRequests({ auditFeed, db }: Sources): Promise<AsyncIterable<{ id: number }>> {
  const entries = (await auditFeed.subscribe())[Symbol.asyncIterator]()
  const changes = createEventStream<{ id: number }>(() => void entries.return?.())

  async function tell(): Promise<void> {
    for (let next = await entries.next(); !next.done; next = await entries.next()) {
      const where = { id: next.value.id, resourceType: 'Request' }
      const entry = await db.auditEvent.findFirst({ where, select: { after: true } })
      const { id } = (entry?.after ?? {}) as { id?: number } // the row (services/request/step.ts)
      if (id !== undefined && (await db.request.count({ where: { id } })) > 0) changes.push({ id })
    }
  }

  // After an outage of the database the client subscribes again.
  void tell()
    .catch(() => undefined)
    .finally(changes.end)
  return changes
}
