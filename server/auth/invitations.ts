/** Invites users by a link with which they choose their password. Only the hash of its token is stored. */
import { createHash, randomBytes } from 'node:crypto'
import { generateRandomString } from 'better-auth/crypto'
import type { Auth } from '#server/auth/auth.ts'
import { CREDENTIAL } from '#server/auth/credential.ts'
import {
  describeInvitation,
  type InvitationOffer,
  type NewInvitation,
  type SendInvitation,
} from '#server/auth/invitation-offer.ts'
import { checkPassword } from '#server/auth/password.ts'
import { resourceOf } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { recordChange } from '#server/services/write.ts'

const VALID_MS = 7 * 86_400_000
const TOKEN_BYTES = 32

/** Where an anonymous request comes from. */
export type Requester = Pick<Caller, 'address' | 'requestId'>

const refusals = {
  unknown:
    'This invitation is not valid. Open the link as you received it, or ask an administrator for a new one.',
  expired: 'This invitation has expired. Ask an administrator for a new link.',
  used: 'This invitation was used. Sign in with the password that you chose then.',
}

export function createInvitations(db: Database, auth: Auth, now: Clock, sendInvitation: SendInvitation) {
  /** @throws NotFoundError, ConflictError */
  async function findOpen(token: string) {
    const found = await db.invitation.findUnique({
      where: { tokenHash: hashOf(token) },
      include: { user: true },
    })
    if (!found) throw new NotFoundError(refusals.unknown)
    if (found.usedAt) throw new ConflictError(refusals.used)
    if (found.expiresAt <= now()) throw new ConflictError(refusals.expired)
    return found
  }

  return {
    /** A new link for a user without a password; it replaces the previous one. */
    async createInvitation(caller: Caller, id: string): Promise<NewInvitation> {
      return recordChange(db, caller, async (tx) => {
        const user = await tx.user.findUnique({ where: { id }, include: { accounts: true } })
        if (!user) throw new NotFoundError(`There is no User with the id ${id}.`, 'id')
        const { resource } = resourceOf(user)
        if (user.banned) throw new ConflictError(`${resource} is locked out. Let the user in first.`)
        if (user.accounts.length > 0)
          throw new ConflictError(`${resource} can sign in already. Set a new password instead.`)
        const invitation = await writeInvitation(tx, id, caller, now())
        await sendInvitation(tx, user, invitation)
        const after = { expiresAt: invitation.expiresAt }
        return { action: 'createInvitation', resource, after, result: invitation }
      })
    },

    /** What the link says before it is used. @throws NotFoundError, ConflictError */
    async readInvitation(token: string): Promise<InvitationOffer> {
      const { userId } = await findOpen(token)
      return describeInvitation(db, userId)
    },

    /** Sets the password of the invited user, once. Returns the username, to sign in with. */
    async acceptInvitation(requester: Requester, token: string, password: string) {
      const { user, id } = await findOpen(token)
      await checkPassword(password, user)
      const hash = await (await auth.$context).password.hash(password)
      const { resource } = resourceOf(user)
      const caller = { ...withoutRights, name: resource, ...requester }
      await recordChange(db, caller, async (tx) => {
        // Again, because a concurrent request may have used, replaced or ended it.
        const { count } = await tx.invitation.updateMany({
          where: { id, tokenHash: hashOf(token), usedAt: null },
          data: { usedAt: now() },
        })
        if (count === 0) throw new ConflictError(refusals.used)
        await createCredential(tx, user.id, hash)
        return { action: 'acceptInvitation', resource, result: null }
      })
      return { username: resource }
    },
  }
}

const withoutRights = { displayName: '', email: '', role: 'viewer', method: 'session' } as const

/** Each user has at most one; the previous token stops working. */
export async function writeInvitation(
  tx: Transaction,
  userId: string,
  { name: invitedBy }: Caller,
  now: Date,
): Promise<NewInvitation> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const expiresAt = new Date(now.getTime() + VALID_MS)
  const data = { tokenHash: hashOf(token), invitedBy, expiresAt, usedAt: null }
  await tx.invitation.upsert({ where: { userId }, create: { userId, ...data }, update: data })
  return { token, expiresAt }
}

/** Ends the invitation of a user who is locked out, or received a password in another way. */
export async function endInvitation(tx: Transaction, userId: string): Promise<void> {
  await tx.invitation.deleteMany({ where: { userId, usedAt: null } })
}

/** The account with a local password. */
export async function createCredential(tx: Transaction, userId: string, hash: string): Promise<void> {
  const data = { id: generateRandomString(32), userId, accountId: userId, providerId: CREDENTIAL }
  await tx.account.create({ data: { ...data, password: hash } })
}

/** A random token needs no slow hash. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
