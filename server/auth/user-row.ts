/** Reads rows of users for changes and audit entries. */
import type { User } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'

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
export function snapshot(
  user: Pick<User, 'role' | 'name' | 'email' | 'passwordChange'> &
    Partial<Pick<User, 'banned' | 'suspendedUntil'>>,
) {
  const { role, name, email, passwordChange } = user
  const { banned, suspendedUntil = null } = user
  return { role, name, email, banned: banned ?? false, suspendedUntil, passwordChange }
}

/** Keeps one administrator. The lock stops two administrators from demoting each other at the same time. */
export async function refuseLastAdministrator(tx: Transaction, id: string): Promise<void> {
  await lock(tx, 'inmor:administrators')
  const others = await tx.user.count({
    where: { role: 'admin', OR: [{ banned: false }, { banned: null }], id: { not: id } },
  })
  if (others === 0) throw new ConflictError('This is the last administrator. Create another one first.')
}
