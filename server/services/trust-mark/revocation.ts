/** Revokes Trust Marks: every JWT issued for one, for good (§8.4). */
import type { Transaction } from '#server/database/client.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createRevocationMail } from '#server/services/trust-mark/mail.ts'
import { change, revokeIssued, type TrustMarkRow, withType } from '#server/services/trust-mark/rows.ts'

export function createRevocation(context: Pick<ServiceContext, 'mail' | 'slug' | 'entityId' | 'now'>) {
  const tellRevoked = createRevocationMail(context)

  /** Overrides concurrent changes. Returns the change, which the caller records. */
  async function revoke(tx: Transaction, present: TrustMarkRow, reason: string | null) {
    const { id } = present
    const revokedAt = context.now()
    // The reason of the first of two concurrent revocations stays.
    const data = { active: false, revokedAt, revocationReason: reason, version: { increment: 1 } }
    const { count } = await tx.trustMark.updateMany({ where: { id, active: true }, data })
    await revokeIssued(tx, id, revokedAt)
    const result = await tx.trustMark.findUniqueOrThrow({ where: { id }, include: withType })
    if (count > 0) await tellRevoked(tx, result)
    return change('revokeTrustMark', present, result)
  }

  return {
    revoke,

    /** Every mark of a subordinate that is not revoked. A mark of each type at most, so there are few. */
    async revokeAll(tx: Transaction, subordinateId: number, reason: string) {
      const where = { subordinateId, active: true }
      const marks = await tx.trustMark.findMany({ where, include: withType, orderBy: { id: 'asc' } })
      const changes: Awaited<ReturnType<typeof revoke>>[] = []
      for (const mark of marks) changes.push(await revoke(tx, mark, reason))
      return changes
    },
  }
}
