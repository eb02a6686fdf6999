/** Users and API keys as the command line makes them; each change is audited. */
import { isAPIError } from 'better-auth/api'
import { type Auth, MINIMUM_PASSWORD_LENGTH } from '#server/auth/auth.ts'
import type { Caller } from '#server/caller.ts'
import type { Database } from '#server/database.ts'
import type { Role } from '#server/roles.ts'
import { recordAuditEvent } from '#server/services/audit.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/services/operation-error.ts'

export type NewUser = { username: string; password: string; role: Role; name?: string; email?: string }

export type UserChange = { role?: Role; name?: string; banned?: boolean }

export function createAccounts(db: Database, auth: Auth) {
  async function findUser(username: string) {
    const user = await db.user.findUnique({ where: { username } })
    if (!user) throw new NotFoundError(`There is no user ${username}.`)
    return user
  }

  /** Somebody must be left who can let others in again. */
  async function refuseLastAdministrator(id: string): Promise<void> {
    const others = await db.user.count({
      where: { role: 'admin', OR: [{ banned: false }, { banned: null }], id: { not: id } },
    })
    if (others === 0) throw new ConflictError('This is the last administrator; make another one first.')
  }

  /** The library writes through connections of its own, so the entry follows the change instead of joining it. */
  function audit(
    caller: Caller,
    action: string,
    resourceType: 'User' | 'ApiKey',
    resource: string,
    after?: object,
  ) {
    return db.$transaction((tx) => recordAuditEvent(tx, caller, { action, resourceType, resource, after }))
  }

  return {
    async findUserById(id: string) {
      const user = await db.user.findUnique({ where: { id } })
      if (!user) throw new NotFoundError('There is no such user.', 'id')
      return user
    },

    async createUser(caller: Caller, user: NewUser): Promise<{ id: string; username: string }> {
      checkPassword(user.password)
      const username = user.username.toLowerCase()
      if (await db.user.findUnique({ where: { username } }))
        throw new ConflictError(`The user ${username} exists already.`)
      try {
        const created = await auth.api.createUser({
          body: {
            name: user.name ?? username,
            // The library wants an address; without one given, one that can never receive mail.
            email: user.email ?? `${username}@users.invalid`,
            password: user.password,
            role: user.role,
            data: { username, displayUsername: user.username },
          },
        })
        await audit(caller, 'createUser', 'User', username, { role: user.role })
        return { id: created.user.id, username }
      } catch (error) {
        if (isAPIError(error)) throw new InvalidInputError(error.message)
        throw error
      }
    },

    /** A change of role or a ban takes effect at once: the user's sessions end. */
    async updateUser(caller: Caller, username: string, change: UserChange): Promise<void> {
      const user = await findUser(username)
      if (user.role === 'admin' && (change.banned || (change.role && change.role !== 'admin'))) {
        await refuseLastAdministrator(user.id)
      }
      const context = await auth.$context
      await context.internalAdapter.updateUser(user.id, { ...change })
      if (change.banned || change.role) await context.internalAdapter.deleteUserSessions(user.id)
      await audit(caller, 'updateUser', 'User', username, change)
    },

    /** Also ends the user's sessions. */
    async setPassword(caller: Caller, username: string, password: string): Promise<void> {
      checkPassword(password)
      const user = await findUser(username)
      const context = await auth.$context
      await context.internalAdapter.updatePassword(user.id, await context.password.hash(password))
      await context.internalAdapter.deleteUserSessions(user.id)
      await audit(caller, 'resetUserPassword', 'User', username)
    },

    listUsers: () =>
      db.user.findMany({
        orderBy: { username: 'asc' },
        select: { username: true, role: true, banned: true },
      }),

    /** The key itself is returned once and never stored. `days` until it expires; without, it does not. */
    async createApiKey(
      caller: Caller,
      input: { username: string; keyName: string; role?: Role; days?: number },
    ): Promise<{ id: string; key: string }> {
      const user = await findUser(input.username)
      const created = await auth.api.createApiKey({
        body: {
          name: input.keyName,
          userId: user.id,
          ...(input.days ? { expiresIn: input.days * 86_400 } : {}),
          ...(input.role ? { metadata: { role: input.role } } : {}),
        },
      })
      await audit(caller, 'createApiKey', 'ApiKey', `${input.username}/${input.keyName}`)
      return { id: created.id, key: created.key }
    },

    async listApiKeys() {
      const keys = await db.apikey.findMany({ orderBy: { createdAt: 'asc' } })
      const users = await db.user.findMany({ where: { id: { in: keys.map((key) => key.referenceId) } } })
      const names = new Map(users.map((user) => [user.id, user.username]))
      return keys.map((key) => ({ ...key, username: names.get(key.referenceId) ?? null }))
    },

    async revokeApiKey(caller: Caller, id: string): Promise<void> {
      const { count } = await db.apikey.updateMany({ where: { id }, data: { enabled: false } })
      if (count === 0) throw new NotFoundError(`There is no API key ${id}.`)
      await audit(caller, 'revokeApiKey', 'ApiKey', id)
    },
  }
}

export type Accounts = ReturnType<typeof createAccounts>

function checkPassword(password: string): void {
  if (password.length < MINIMUM_PASSWORD_LENGTH) {
    throw new InvalidInputError(`The password must have at least ${MINIMUM_PASSWORD_LENGTH} characters.`)
  }
}
