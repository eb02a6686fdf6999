/** Streams changes of requests from all processes: each has an entry in the audit log. */
import type { Database } from '#server/database/client.ts'
import type { AuditFeed } from '#server/live/audit-feed.ts'
import { followEntries } from '#server/live/entries.ts'
import { readOnce } from '#server/live/shared-read.ts'

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
