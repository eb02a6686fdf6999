/** Removes users. The audit log keeps their names; their API keys are revoked. */
import { revokeKeys } from '#server/auth/api-keys.ts'
import { refuseLastAdministrator, resourceOf, snapshot } from '#server/auth/user-row.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { endRequestsOf } from '#server/services/protection/requester.ts'
import { recordChange } from '#server/services/write.ts'

export function createUserRemoval(db: Database) {
  return {
    async removeUser(caller: Caller, id: string): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const user = await tx.user.findUnique({ where: { id } })
        if (!user) throw new NotFoundError(`There is no User with the id ${id}.`, 'id')
        const { resource } = resourceOf(user)
        if (caller.name === resource)
          throw new ConflictError('You cannot remove yourself. Another administrator can.')
        if (user.role === 'admin') await refuseLastAdministrator(tx, id)
        const after = await deleteUser(tx, id)
        await endRequestsOf(tx, caller, resource)
        return { action: 'removeUser', resource, before: snapshot(user), after, result: null }
      })
    },
  }
}

/**
 * The row takes sessions, passkeys, authenticator app, invitation and places in organizations with it. Keys stay as revoked
 * rows, so that the list of keys still explains what was used.
 */
async function deleteUser(
  tx: Transaction,
  id: string,
): Promise<{ sessionsEnded: number; apiKeysRevoked: number }> {
  const sessionsEnded = await tx.session.count({ where: { userId: id } })
  const apiKeysRevoked = await revokeKeys(tx, { referenceId: id })
  await tx.user.delete({ where: { id } })
  return { sessionsEnded, apiKeysRevoked }
}
