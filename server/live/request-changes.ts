/** Streams changes of requests from all processes: each has an entry in the audit log. */
import type { Database } from '#server/database/client.ts'
import type { AuditFeed } from '#server/live/audit-feed.ts'
import { followEntries } from '#server/live/entries.ts'

type Sources = { auditFeed: AuditFeed; db: Database }

/** Yields the keys of changed requests. Ends when the feed ends, which happens when the server closes. */
export function followRequests({ auditFeed, db }: Sources): Promise<AsyncIterable<{ id: number }>> {
  return followEntries({ auditFeed }, async (entry) => {
    const where = { id: entry.id, resourceType: 'Request' }
    const found = await db.auditEvent.findFirst({ where, select: { after: true } })
    const { id } = (found?.after ?? {}) as { id?: number } // the row (services/request/step.ts)
    return id !== undefined && (await db.request.count({ where: { id } })) > 0 && { id }
  })
}
