/** Confirms a new passkey of another user, so that it counts for approvals before its time. */
import type { Passkey } from '#prisma/generated/client/client.ts'
import { resourceOf } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller, CallerSession } from '#server/identity/caller.ts'
import { findPasskeyObstacle } from '#server/services/protection/passkeys.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

export function createPasskeyConfirmation(db: Database, now: Clock) {
  return {
    /**
     * While anything is protected, only those confirm who could approve: otherwise two new passkeys would confirm each
     * other. @throws NotFoundError, ConflictError
     */
    async confirmPasskey(caller: Caller & { session: CallerSession }, id: string): Promise<Passkey> {
      return recordChange(db, caller, async (tx) => {
        const passkey = await tx.passkey.findUnique({ where: { id }, include: { user: true } })
        if (!passkey) throw new NotFoundError('There is no such passkey.', 'id')
        const { user, userId, credentialID: credentialId, name, confirmedBy } = passkey
        if (userId === caller.session.userId)
          throw new ConflictError('This passkey is yours. Another administrator must confirm it.', 'id')
        if (confirmedBy !== null) throw new ConflictError(`${confirmedBy} has confirmed it already.`, 'id')
        const { operations, passkeyHours: hours } = await readProtection(tx)
        const rule = { hours, now: now() }
        const obstacle = operations.length > 0 && (await findPasskeyObstacle(tx, caller.session.userId, rule))
        if (obstacle) throw new ConflictError(obstacle, 'id')
        const data = { confirmedBy: caller.name, confirmedAt: rule.now }
        const result = await tx.passkey.update({ where: { id }, data })
        return {
          action: 'confirmPasskey',
          ...resourceOf(user),
          after: { credentialId, name, ...data },
          result,
        }
      })
    },
  }
}
