/** The head of the audit log: the row that refers to its newest entry. */
import type { AuditHead } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'

type LockedHead = AuditHead & { now: Date }

/**
 * Writers wait for each other from here until the commit, so that the chain has no forks. `now` is the database's time,
 * so that all processes use one clock.
 */
export async function lockAuditHead(tx: Transaction): Promise<LockedHead> {
  const [head] = await tx.$queryRaw<LockedHead[]>`
    SELECT *, clock_timestamp() AT TIME ZONE 'utc' AS "now" FROM "AuditHead" FOR UPDATE`
  if (!head) throw new Error('The audit log has lost its head row. Run "inmor audit verify".')
  return head
}
