/** Resets passwords and second factors of users, and removes users, by an administrator. */
import { revokeKeys } from '#server/auth/api-keys.ts'
import type { Auth } from '#server/auth/auth.ts'
import { CREDENTIAL } from '#server/auth/credential.ts'
import { createCredential, endInvitation } from '#server/auth/invitations.ts'
import { checkPassword } from '#server/auth/password.ts'
import { findUser, refuseLastAdministrator, resourceOf, snapshot } from '#server/auth/user-row.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { PasswordChange } from '#server/identity/password-change.ts'
import { endRequestsOf } from '#server/services/protection/requester.ts'
import { recordChange } from '#server/services/write.ts'

/** Resets passwords and second factors of users, by an administrator. */
export function createUserReset(db: Database, auth: Auth) {
  return {
    /** Also takes the account back, as below. */
    async setPassword(
      caller: Caller,
      username: string,
      password: string,
      passwordChange: PasswordChange = 'NONE',
      keepApiKeys = false,
    ): Promise<void> {
      await checkPassword(password, await findUser(db, username))
      const hash = await (await auth.$context).password.hash(password)
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        const where = { userId: user.id, providerId: CREDENTIAL }
        const { count } = await tx.account.updateMany({ where, data: { password: hash } })
        if (count === 0) {
          if ((await tx.account.count({ where: { userId: user.id } })) > 0)
            throw new InvalidInputError(
              `${username} signs in by single sign-on and has no password here.`,
              'id',
            )
          await createCredential(tx, user.id, hash) // of a user who was invited
        }
        await tx.user.update({ where: { id: user.id }, data: { passwordChange } })
        const apiKeysRevoked = await takeBack(tx, user.id, keepApiKeys)
        return {
          action: 'resetUserPassword',
          ...resourceOf(user),
          before: { passwordChange: user.passwordChange },
          after: { passwordChange, apiKeysRevoked },
          result: null,
        }
      })
    },

    /**
     * Removes the authenticator app, recovery codes and passkeys of a user who lost them: by another person, or on the
     * command line. @throws ConflictError
     */
    async resetSecondFactor(caller: Caller, username: string, keepApiKeys = false): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        const { resource } = resourceOf(user)
        if (caller.method !== 'cli' && [caller.name, caller.keyCreatedBy].includes(resource))
          throw new ConflictError(
            'You cannot reset your own second factor. Another administrator can, or a command on the server.',
            'id',
          )
        const userId = user.id
        const passkeys = await tx.passkey.deleteMany({ where: { userId } })
        await tx.twoFactor.deleteMany({ where: { userId } })
        await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false } })
        const apiKeysRevoked = await takeBack(tx, userId, keepApiKeys)
        return {
          action: 'resetSecondFactor',
          ...resourceOf(user),
          before: { twoFactorEnabled: user.twoFactorEnabled ?? false, passkeys: passkeys.count },
          after: { twoFactorEnabled: false, passkeys: 0, apiKeysRevoked },
          result: null,
        }
      })
    },
  }
}

/** Ends all other access to the account, which an attacker may have. Returns how many API keys were revoked. */
async function takeBack(tx: Transaction, userId: string, keepApiKeys: boolean): Promise<number> {
  await endInvitation(tx, userId)
  await tx.session.deleteMany({ where: { userId } })
  return keepApiKeys ? 0 : revokeKeys(tx, { referenceId: userId })
}

/** Removes users. The audit log keeps their names; their API keys are revoked. */
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
