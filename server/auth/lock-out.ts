/**
 * Lock-outs by one person. Where a second person must approve a change of access, one administrator alone locks a user out
 * for a day, so that no single account keeps others out.
 */
import type { User } from '#prisma/generated/client/client.ts'
import { resourceOf, snapshot } from '#server/auth/user-row.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import { approvalIdOf } from '#server/services/protection/approval.ts'
import { canOthersApprove } from '#server/services/protection/passkeys.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

export const SUSPENSION_HOURS = 24
export const SUSPENSION_MS = SUSPENSION_HOURS * 3_600_000

type LockOut = {
  /** Without a second person. */
  byOne: boolean
  /** When it ends automatically; null: it does not. */
  suspendedUntil: Date | null
}

/** Needs a second person, if access is protected. */
export const lasting: LockOut = { byOne: false, suspendedUntil: null }

/**
 * What a lock-out of this user by this caller is. A suspension is not made longer by one person. Of administrators, two
 * others stay who can undo it, and lock out the caller. A person does it, not an API key.
 */
export async function lockOutBy(
  tx: Transaction,
  caller: Caller,
  user: Pick<User, 'id' | 'role' | 'banned'>,
  now: Date,
): Promise<LockOut> {
  if (!caller.session || user.banned || approvalIdOf(caller) !== null) return lasting
  const { operations } = await readProtection(tx)
  if (!operations.includes('ACCESS')) return lasting
  const isSafe = user.role !== 'admin' || (await canOthersApprove(tx, now, [caller.session.userId, user.id]))
  if (!isSafe) return lasting
  return { byOne: true, suspendedUntil: new Date(now.getTime() + SUSPENSION_MS) }
}

/** Lets in the users whose suspension has ended. */
export async function endSuspensions(db: Database, now: Date): Promise<void> {
  for (const { id, suspendedUntil } of await db.user.findMany({ where: { suspendedUntil: { lte: now } } }))
    await recordChange(db, jobCaller('end-suspensions'), async (tx) => {
      const [user] = await tx.user.updateManyAndReturn({
        where: { id, banned: true, suspendedUntil },
        data: { banned: false, suspendedUntil: null },
      })
      if (!user) return { action: null, result: undefined } // decided since
      const before = { ...snapshot(user), banned: true, suspendedUntil }
      return { action: 'updateUser', ...resourceOf(user), before, after: snapshot(user), result: undefined }
    })
}
