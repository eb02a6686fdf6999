/** Takes an account away from a thief. */
import type { Prisma, User } from '#prisma/generated/client/client.ts'
import { revokeKeys } from '#server/auth/api-keys.ts'
import { parseKeyMetadata } from '#server/auth/key-holders.ts'
import { lasting, lockOutBy, SUSPENSION_HOURS, SUSPENSION_MS } from '#server/auth/lock-out.ts'
import { findUser, refuseLastAdministrator, resourceOf, snapshot } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { approvalIdOf } from '#server/services/protection/approval.ts'
import { endRequestsOf, openRequestsOf } from '#server/services/protection/requester.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

const DAYS = 30
const DAY_MS = 86_400_000

export type Secured = {
  userId: string
  sessionsEnded: number
  apiKeysRevoked: number
  /** Of the user, and of those whom the user invited and who have not accepted. */
  invitationsEnded: number
  requestsEnded: number
  /** Which entries of the audit log are its changes since the time. */
  changes: Prisma.AuditEventWhereInput
}

type Options = {
  /** Absent: 30 days ago. */
  since?: Date | undefined
  /** False: the user can sign in again. */
  lockOut: boolean
}

export function createSecuring(db: Database, now: Clock) {
  return {
    /**
     * Ends the sessions, the API keys that the user owns or made, what those made, open invitations and open requests.
     * @throws NotFoundError, ConflictError
     */
    async secureUser(caller: Caller, username: string, { since, lockOut }: Options): Promise<Secured> {
      const ended = await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        const { id: userId } = user
        await refuseAgain(tx, caller, user, now())
        const locksOut = lockOut && user.banned !== true
        if (locksOut && user.role === 'admin') await refuseLastAdministrator(tx, userId)
        const { byOne, suspendedUntil } = locksOut ? await lockOutBy(tx, caller, user, now()) : lasting
        const after = locksOut
          ? await tx.user.update({ where: { id: userId }, data: { banned: true, suspendedUntil } })
          : user
        const counts = {
          sessionsEnded: (await tx.session.deleteMany({ where: { userId } })).count,
          apiKeysRevoked: await revokeKeys(tx, await keysOf(tx, userId, username)),
          invitationsEnded: await endInvitations(tx, userId, username),
          requestsEnded: await tx.approval.count({ where: openRequestsOf(username) }),
        }
        await endRequestsOf(tx, caller, username)
        const states = { before: snapshot(user), after: { ...snapshot(after), ...counts } }
        return { action: 'secureUser', ...resourceOf(user), ...states, byOne, result: { userId, ...counts } }
      })
      const at = { gte: since ?? new Date(now().getTime() - DAYS * DAY_MS) }
      return { ...ended, changes: { actor: username, at, outcome: 'SUCCEEDED' } }
    },
  }
}

/**
 * One person must not keep another one from acting, by ending the sessions and requests again and again.
 * @throws ConflictError
 */
async function refuseAgain(tx: Transaction, caller: Caller, user: User, now: Date): Promise<void> {
  if (user.banned || approvalIdOf(caller) !== null) return
  if (!(await readProtection(tx)).operations.includes('ACCESS')) return
  const { resource } = resourceOf(user)
  const at = { gt: new Date(now.getTime() - SUSPENSION_MS) }
  const where = { action: 'secureUser', actor: caller.name, resource, outcome: 'SUCCEEDED', at }
  if ((await tx.auditEvent.count({ where })) === 0) return
  throw new ConflictError(
    `You have secured ${resource} in the last ${SUSPENSION_HOURS} hours. Another administrator can do it again.`,
    'id',
  )
}

/** Those that the user owns, and those that the user made for others and so may know. */
async function keysOf(tx: Transaction, userId: string, name: string): Promise<Prisma.ApikeyWhereInput> {
  const likely = await tx.apikey.findMany({
    where: { metadata: { contains: name } },
    select: { id: true, metadata: true },
  })
  const made = likely.filter(({ metadata }) => parseKeyMetadata(metadata).createdBy === name)
  return { OR: [{ referenceId: userId }, { id: { in: made.map(({ id }) => id) } }] }
}

/** Who invited knows the link. */
async function endInvitations(tx: Transaction, userId: string, invitedBy: string): Promise<number> {
  const where = { usedAt: null, OR: [{ userId }, { invitedBy }] }
  return (await tx.invitation.deleteMany({ where })).count
}
