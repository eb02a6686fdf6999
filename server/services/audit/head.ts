/** The head of the audit log: the row that knows its newest entry. */
import type { AuditHead } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'

type LockedHead = AuditHead & { now: Date }

/**
 * Writers take turns from here until they commit, so that the chain has no forks. `now` is the database's time: entries
 * of several processes are dated by one clock.
 */
export async function lockAuditHead(tx: Transaction): Promise<LockedHead> {
  const [head] = await tx.$queryRaw<LockedHead[]>`
    SELECT *, clock_timestamp() AT TIME ZONE 'utc' AS "now" FROM "AuditHead" FOR UPDATE`
  if (!head) throw new Error('The audit log has lost its head row; run "inmor audit verify".')
  return head
}
