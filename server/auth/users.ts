/** Creates, changes and locks out users. The rows are better-auth's; each change is one transaction with its audit entry. */
import { generateRandomString } from 'better-auth/crypto'
import { z } from 'zod'
import type { User } from '#prisma/generated/client/client.ts'
import type { Auth } from '#server/auth/auth.ts'
import { CREDENTIAL, checkUsername, WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import { checkPassword } from '#server/auth/password.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { PasswordChange } from '#server/identity/password-change.ts'
import type { Role } from '#server/identity/roles.ts'
import { recordChange } from '#server/services/write.ts'

export type NewUser = {
  username: string
  password: string
  role: Role
  name?: string
  email?: string
  /** `NONE` by default. */
  passwordChange?: PasswordChange
}

export type UserChange = { role?: Role; name?: string; banned?: boolean }

export function createUsers(db: Database, auth: Auth) {
  const passwordHash = async (password: string) => (await auth.$context).password.hash(password)

  return {
    async findUserById(id: string): Promise<User> {
      const user = await db.user.findUnique({ where: { id } })
      if (!user) throw new NotFoundError('There is no such user.', 'id')
      return user
    },

    async createUser(caller: Caller, input: NewUser): Promise<{ id: string; username: string }> {
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
        role: input.role,
        passwordChange: input.passwordChange ?? 'NONE',
      }
      await checkPassword(input.password, user)
      const credential = {
        accountId: id,
        providerId: CREDENTIAL,
        password: await passwordHash(input.password),
      }
      await recordChange(db, caller, async (tx) => {
        await refuseDuplicate(tx, user)
        await tx.user.create({
          data: { ...user, accounts: { create: { id: generateRandomString(32), ...credential } } },
        })
        return { action: 'createUser', ...resourceOf(user), after: snapshot(user), result: null }
      })
      return { id, username }
    },

    /** A new role or a ban takes effect immediately: the user's sessions end. */
    async updateUser(caller: Caller, username: string, change: UserChange): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        if (user.role === 'admin' && (change.banned || (change.role && change.role !== 'admin')))
          await refuseLastAdministrator(tx, user.id)
        const after = await tx.user.update({ where: { id: user.id }, data: change })
        if (change.banned || change.role) await tx.session.deleteMany({ where: { userId: user.id } })
        return {
          action: 'updateUser',
          ...resourceOf(user),
          before: snapshot(user),
          after: snapshot(after),
          result: null,
        }
      })
    },

    /** Also ends the user's sessions. */
    async setPassword(
      caller: Caller,
      username: string,
      password: string,
      passwordChange: PasswordChange = 'NONE',
    ): Promise<void> {
      await checkPassword(password, await findUser(db, username))
      const hash = await passwordHash(password)
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        const where = { userId: user.id, providerId: CREDENTIAL }
        const { count } = await tx.account.updateMany({ where, data: { password: hash } })
        if (count === 0)
          throw new InvalidInputError(
            `${username} signs in by single sign-on and has no password here.`,
            'id',
          )
        await tx.user.update({ where: { id: user.id }, data: { passwordChange } })
        await tx.session.deleteMany({ where: { userId: user.id } })
        return {
          action: 'resetUserPassword',
          ...resourceOf(user),
          before: { passwordChange: user.passwordChange },
          after: { passwordChange },
          result: null,
        }
      })
    },

    /** Removes the authenticator app, recovery codes and passkeys of a user who lost them. */
    async resetSecondFactor(caller: Caller, username: string): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const user = await findUser(tx, username)
        const userId = user.id
        const passkeys = await tx.passkey.deleteMany({ where: { userId } })
        await tx.twoFactor.deleteMany({ where: { userId } })
        await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false } })
        await tx.session.deleteMany({ where: { userId } })
        return {
          action: 'resetSecondFactor',
          ...resourceOf(user),
          before: { twoFactorEnabled: user.twoFactorEnabled ?? false, passkeys: passkeys.count },
          after: { twoFactorEnabled: false, passkeys: 0 },
          result: null,
        }
      })
    },

    listUsers: () =>
      db.user.findMany({
        orderBy: { username: 'asc' },
        select: { username: true, role: true, banned: true },
      }),
  }
}

export async function findUser(db: Database | Transaction, username: string): Promise<User> {
  const user = await db.user.findUnique({ where: { username } })
  if (!user) throw new NotFoundError(`There is no user ${username}.`)
  return user
}

/** The `resource` of an audit entry about a user. */
export function resourceOf({ username, email }: { username: string | null; email: string }) {
  return { resource: username ?? email }
}

/** The part of a user that audit entries show. */
function snapshot(
  user: Pick<User, 'role' | 'name' | 'email' | 'passwordChange'> & { banned?: boolean | null },
) {
  const { role, name, email, passwordChange } = user
  return { role, name, email, banned: user.banned ?? false, passwordChange }
}

async function refuseDuplicate(
  tx: Transaction,
  { username, email }: { username: string; email: string },
): Promise<void> {
  const other = await tx.user.findFirst({ where: { OR: [{ username }, { email }] } })
  if (!other) return
  if (other.username === username) throw new ConflictError(`The user ${username} already exists.`, 'username')
  throw new ConflictError('Another user has this e-mail address.', 'email')
}

/** Keeps one administrator. The lock stops two administrators from demoting each other at the same time. */
async function refuseLastAdministrator(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('inmor:administrators'))`
  const others = await tx.user.count({
    where: { role: 'admin', OR: [{ banned: false }, { banned: null }], id: { not: id } },
  })
  if (others === 0) throw new ConflictError('This is the last administrator. Create another one first.')
}
