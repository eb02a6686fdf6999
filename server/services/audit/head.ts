/** The head of the audit log: the row that knows its newest entry. */
import type { AuditHead } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'

/** Writers take turns from here until they commit, so that the chain has no forks. */
export async function lockAuditHead(tx: Transaction): Promise<AuditHead> {
  const [head] = await tx.$queryRaw<AuditHead[]>`SELECT * FROM "AuditHead" FOR UPDATE`
  if (!head) throw new Error('The audit log has lost its head row; run "inmor audit verify".')
  return head
}
