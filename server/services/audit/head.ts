/** The head of the audit log: the row that refers to its newest entry. */
import type { AuditHead } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'

export type LockedHead = AuditHead & { now: Date; anchor: string | null }

/**
 * Writers wait for each other from here until the commit, so that the chain has no forks. `now` is the database's time,
 * so that all processes use one clock. `anchor` is what entries over this connection say.
 */
export async function lockAuditHead(tx: Transaction): Promise<LockedHead> {
  const [head] = await tx.$queryRaw<LockedHead[]>`
    SELECT h.*, clock_timestamp() AT TIME ZONE 'utc' AS "now", (SELECT "slug" FROM "CurrentAnchor") AS "anchor"
    FROM "AuditHead" h FOR UPDATE OF h`
  if (!head) throw new Error('The audit log has lost its head row. Run "inmor audit verify".')
  return head
}

/** The newest entry as `<number>:<hash>`, for a copy elsewhere: who rewrites the log cannot rewrite that. */
export async function lastEntry(db: Pick<Transaction, 'auditHead'>): Promise<string> {
  const { lastId, hash } = await db.auditHead.findFirstOrThrow({ select: { lastId: true, hash: true } })
  return `${lastId}:${hash}`
}
