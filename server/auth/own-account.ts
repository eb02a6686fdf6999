/** Changes that users make to their own account. Ceremonies with a device belong to better-auth (routes.ts). */
import type { Auth } from '#server/auth/auth.ts'
import { CREDENTIAL } from '#server/auth/credential.ts'
import type { DocumentPass, DocumentPasses } from '#server/auth/document-pass.ts'
import { createNotifications } from '#server/auth/notifications.ts'
import { checkPassword } from '#server/auth/password.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller, CallerSession } from '#server/identity/caller.ts'
import { keepApprovers } from '#server/services/protection/passkeys.ts'
import { recordChange } from '#server/services/write.ts'

/** A caller with a session, not an API key. */
export type Person = Caller & { session: CallerSession }

const MAXIMUM_PASSKEY_NAME = 64

export function createOwnAccount(db: Database, auth: Auth, passes: DocumentPasses, now: Clock) {
  const about = (person: Person) => ({ resource: person.name })

  async function refuseSamePassword(userId: string, password: string): Promise<void> {
    const account = await db.account.findFirst({ where: { userId, providerId: CREDENTIAL } })
    const isSame =
      account?.password && (await (await auth.$context).password.verify({ hash: account.password, password }))
    if (isSame)
      throw new InvalidInputError('This is your present password. Choose another one.', 'newPassword')
  }

  return {
    ...createNotifications(db),

    async endSession(person: Person, id: string): Promise<void> {
      await recordChange(db, person, async (tx) => {
        const { count } = await tx.session.deleteMany({ where: { id, userId: person.session.userId } })
        if (count === 0) throw new NotFoundError('You have no such session. It may have ended.', 'id')
        return { action: 'endSession', ...about(person), result: null }
      })
    },

    /** Returns the number of ended sessions. */
    endOtherSessions: (person: Person): Promise<number> =>
      recordChange(db, person, async (tx) => {
        const { id, userId } = person.session
        const { count } = await tx.session.deleteMany({ where: { userId, id: { not: id } } })
        return { action: 'endOtherSessions', ...about(person), after: { ended: count }, result: count }
      }),

    /**
     * Also ends the other sessions: an attacker with the old password may have one. A password that should be changed
     * must differ from the new one.
     */
    async changePassword(person: Person, password: string): Promise<void> {
      const { name: username, displayName: name, email } = person
      await checkPassword(password, { username, name, email }, 'newPassword')
      const { id, userId } = person.session
      if (person.passwordChange !== 'NONE') await refuseSamePassword(userId, password)
      const hash = await (await auth.$context).password.hash(password)
      await recordChange(db, person, async (tx) => {
        const { count } = await tx.account.updateMany({
          where: { userId, providerId: CREDENTIAL },
          data: { password: hash },
        })
        if (count === 0) throw new ConflictError('You sign in by single sign-on and have no password here.')
        await tx.user.update({ where: { id: userId }, data: { passwordChange: 'NONE' } })
        await tx.session.deleteMany({ where: { userId, id: { not: id } } })
        return { action: 'changePassword', ...about(person), result: null }
      })
    },

    /** Whether the user receives e-mail about changes. */
    async setMail(person: Person, enabled: boolean): Promise<void> {
      await recordChange(db, person, async (tx) => {
        const where = { id: person.session.userId }
        const before = await tx.user.findUniqueOrThrow({ where, select: { mail: true } })
        await tx.user.update({ where, data: { mail: enabled } })
        return { action: 'updateMail', ...about(person), before, after: { mail: enabled }, result: null }
      })
    },

    /** Lets this session send documents of its own for an hour, where only the console's are trusted. */
    requestDocumentPass: (person: Person): Promise<DocumentPass> =>
      recordChange(db, person, async () => {
        const pass = passes.issue(person.session.id)
        const after = { expiresAt: pass.expiresAt.toISOString() }
        return { action: 'requestDocumentPass', ...about(person), after, result: pass }
      }),

    async disableTwoFactor(person: Person): Promise<void> {
      await recordChange(db, person, async (tx) => {
        const { userId } = person.session
        const { count } = await tx.twoFactor.deleteMany({ where: { userId } })
        if (count === 0) throw new ConflictError('No authenticator app is set up.')
        await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false } })
        return { action: 'disableTwoFactor', ...about(person), result: null }
      })
    },

    async renamePasskey(person: Person, id: string, name: string): Promise<void> {
      if (name.trim() === '' || name.length > MAXIMUM_PASSKEY_NAME)
        throw new InvalidInputError(`The name must have 1 to ${MAXIMUM_PASSKEY_NAME} characters.`, 'name')
      await recordChange(db, person, async (tx) => {
        const passkey = await tx.passkey.findFirst({ where: { id, userId: person.session.userId } })
        if (!passkey) throw new NotFoundError('You have no such passkey.', 'id')
        await tx.passkey.update({ where: { id }, data: { name } })
        const [before, after] = [{ name: passkey.name }, { name }]
        return { action: 'renamePasskey', ...about(person), before, after, result: null }
      })
    },

    async removePasskey(person: Person, id: string): Promise<void> {
      await recordChange(db, person, async (tx) => {
        const passkey = await tx.passkey.findFirst({ where: { id, userId: person.session.userId } })
        if (!passkey) throw new NotFoundError('You have no such passkey.', 'id')
        await keepApprovers(tx, now(), () => tx.passkey.delete({ where: { id } }))
        return { action: 'removePasskey', ...about(person), before: { name: passkey.name }, result: null }
      })
    },
  }
}

export type OwnAccount = ReturnType<typeof createOwnAccount>
