/** Creates, changes and locks out users. The rows are better-auth's; each change is one transaction with its audit entry. */
import { generateRandomString } from 'better-auth/crypto'
import { z } from 'zod'
import { isJsonEqual } from '#core/json.ts'
import type { User } from '#prisma/generated/client/client.ts'
import type { Auth } from '#server/auth/auth.ts'
import { checkUsername, WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import type { NewInvitation, SendInvitation } from '#server/auth/invitation-offer.ts'
import { createCredential, endInvitation, writeInvitation } from '#server/auth/invitations.ts'
import { lasting, lockOutBy } from '#server/auth/lock-out.ts'
import { checkPassword } from '#server/auth/password.ts'
import { findUser, refuseLastAdministrator, resourceOf, snapshot } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { PasswordChange } from '#server/identity/password-change.ts'
import type { Role } from '#server/identity/roles.ts'
import { endRequestsOf } from '#server/services/protection/requester.ts'
import { recordChange } from '#server/services/write.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type NewUser = {
  username: string
  /** Without one the user is invited by a link. */
  password?: string
  /** In the installation; without one the user needs a role in an anchor. */
  role?: Role
  anchorRoles?: readonly AnchorRoleChange[]
  name?: string
  email?: string
  /** `NONE` by default. */
  passwordChange?: PasswordChange
}

type UserChange = {
  role?: Role
  anchorRoles?: readonly AnchorRoleChange[]
  name?: string
  banned?: boolean
}

type CreatedUser = { id: string; username: string; invitation: NewInvitation | null }

export function createUsers(db: Database, auth: Auth, now: Clock, sendInvitation: SendInvitation) {
  const passwordHash = async (password: string) => (await auth.$context).password.hash(password)

  return {
    async findUserById(id: string): Promise<User> {
      const user = await db.user.findUnique({ where: { id } })
      if (!user) throw new NotFoundError('There is no such user.', 'id')
      return user
    },

    async createUser(caller: Caller, input: NewUser): Promise<CreatedUser> {
      const username = checkUsername(input.username)
      if (input.email && !z.email().safeParse(input.email).success)
        throw new InvalidInputError('This is not an e-mail address.', 'email')
      const id = generateRandomString(32)
      const user = {
        id,
        name: input.name ?? username,
        // The library requires an address; the placeholder never receives mail.
        email: input.email?.toLowerCase() ?? `${username}${WITHOUT_ADDRESS}`,
        username,
        displayUsername: input.username,
        role: input.role ?? null,
        passwordChange: input.passwordChange ?? 'NONE',
      }
      const { password, anchorRoles = [] } = input
      if (!user.role && !anchorRoles.some(({ role }) => role))
        throw new InvalidInputError('Give the user a role, or one in an anchor.', 'role')
      if (password !== undefined) await checkPassword(password, user)
      const hash = password === undefined ? null : await passwordHash(password)
      const invitation = await recordChange(db, caller, async (tx) => {
        await refuseDuplicate(tx, user)
        await tx.user.create({ data: user })
        await changeAnchorRoles(tx, id, anchorRoles)
        const after = { ...snapshot(user), ...(await anchorRolesOf(tx, id)) }
        if (hash !== null) {
          await createCredential(tx, id, hash)
          return { action: 'createUser', ...resourceOf(user), after, result: null }
        }
        const invitation = await writeInvitation(tx, id, caller, now())
        await sendInvitation(tx, user, invitation)
        const invited = { ...after, invitationExpiresAt: invitation.expiresAt }
        return { action: 'createUser', ...resourceOf(user), after: invited, result: invitation }
      })
      return { id, username, invitation }
    },

    /** Other rights, or a lock-out, take effect immediately: the user's sessions and open requests end. */
    async updateUser(
      caller: Caller,
      username: string,
      { anchorRoles = [], ...change }: UserChange,
    ): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        if (user.role === 'admin' && (change.banned || (change.role && change.role !== 'admin')))
          await refuseLastAdministrator(tx, user.id)
        const { id } = user
        const isLockOut =
          change.banned === true && Object.keys(change).length === 1 && anchorRoles.length === 0
        const { byOne, suspendedUntil } = isLockOut ? await lockOutBy(tx, caller, user, now()) : lasting
        const before = { ...snapshot(user), ...(await anchorRolesOf(tx, id)) }
        const data = { ...change, ...(change.banned === undefined ? {} : { suspendedUntil }) }
        await tx.user.update({ where: { id }, data })
        await changeAnchorRoles(tx, id, anchorRoles)
        const changed = await tx.user.findUniqueOrThrow({ where: { id } })
        const after = { ...snapshot(changed), ...(await anchorRolesOf(tx, id)) }
        // A change that changes nothing needs no second person, and must not end what others do.
        if (!isJsonEqual(rightsIn(before), rightsIn(after))) {
          await tx.session.deleteMany({ where: { userId: user.id } })
          await endRequestsOf(tx, caller, username)
        }
        // The inviters of an organization know the link of its people, which would open the new role too.
        const isMember = (await tx.organizationUser.count({ where: { userId: id } })) > 0
        const gainsRole = Boolean(change.role) || anchorRoles.some(({ role }) => role)
        if (change.banned || (isMember && gainsRole)) await endInvitation(tx, user.id)
        return { action: 'updateUser', ...resourceOf(user), before, after, byOne, result: null }
      })
    },

    listUsers: () =>
      db.user.findMany({
        orderBy: { username: 'asc' },
        select: { username: true, role: true, banned: true },
      }),
  }
}

const rightsIn = ({ role, banned, anchorRoles }: ReturnType<typeof snapshot> & ByAnchor) => ({
  role,
  banned,
  anchorRoles: anchorRoles ?? {},
})

async function refuseDuplicate(
  tx: Transaction,
  { username, email }: { username: string; email: string },
): Promise<void> {
  const other = await tx.user.findFirst({ where: { OR: [{ username }, { email }] } })
  if (!other) return
  if (other.username === username) throw new ConflictError(`The user ${username} already exists.`, 'username')
  throw new ConflictError('Another user has this e-mail address.', 'email')
}

/** `role` null: none. The first anchor's also takes away the role in the installation, which would hold there. */
type AnchorRoleChange = { anchor: string; role?: Role | null | undefined }

/** @throws InvalidInputError, ConflictError */
async function changeAnchorRoles(
  tx: Transaction,
  userId: string,
  changes: readonly AnchorRoleChange[],
): Promise<void> {
  for (const [index, { anchor, role }] of changes.entries()) {
    const found = await tx.anchor.findFirst({ where: { OR: [{ slug: anchor }, { entityId: anchor }] } })
    if (!found)
      throw new InvalidInputError(
        `There is no anchor ${anchor.slice(0, 100)}.`,
        'anchorRoles',
        index,
        'anchor',
      )
    const { slug: anchorSlug } = found
    const id = { userId_anchorSlug: { userId, anchorSlug } }
    if (role) {
      await tx.anchorRole.upsert({ where: id, create: { userId, anchorSlug, role }, update: { role } })
      continue
    }
    await tx.anchorRole.deleteMany({ where: { userId, anchorSlug } })
    if (anchorSlug === FIRST_ANCHOR) await endGeneralRole(tx, userId)
  }
}

type ByAnchor = { anchorRoles?: Record<string, string> }

/** The part of a user that audit entries show; nothing where there is none. */
async function anchorRolesOf(tx: Transaction, userId: string): Promise<ByAnchor> {
  const rows = await tx.anchorRole.findMany({ where: { userId }, orderBy: { anchorSlug: 'asc' } })
  if (rows.length === 0) return {}
  return { anchorRoles: Object.fromEntries(rows.map(({ anchorSlug, role }) => [anchorSlug, role])) }
}

async function endGeneralRole(tx: Transaction, id: string): Promise<void> {
  const { role } = await tx.user.findUniqueOrThrow({ where: { id }, select: { role: true } })
  if (role === 'admin')
    throw new ConflictError('An administrator of the installation has every anchor.', 'anchorRoles')
  await tx.user.update({ where: { id }, data: { role: null } })
}
