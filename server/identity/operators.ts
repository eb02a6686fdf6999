/** Finds users by name and by right, as conditions of the database. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { isRole, mayDo, type Role, roles, type Scope } from '#server/identity/roles.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const notBanned = { OR: [{ banned: false }, { banned: null }] } satisfies Prisma.UserWhereInput

/** The administrators of the installation. */
export const administrators: Prisma.UserWhereInput = { role: 'admin', ...notBanned }

/** Those who have the right in an anchor. As `callerIn` says: a role in the installation holds in the first anchor, and an administrator's in every one. */
export function whoMay(slug: string, scope: Scope): Prisma.UserWhereInput {
  const able = roles.filter((role) => mayDo(role, scope))
  const own = { some: { anchorSlug: slug, role: { in: able } } }
  const general =
    slug === FIRST_ANCHOR ? [{ role: { in: able }, anchorRoles: { none: { anchorSlug: slug } } }] : []
  return { AND: [notBanned, { OR: [{ role: 'admin' }, { anchorRoles: own }, ...general] }] }
}

export const whoOperates = (slug: string): Prisma.UserWhereInput => whoMay(slug, 'operate')

/** The role that a user has in an anchor, by the same rule; null: none. */
export function roleIn(
  user: { role: string | null; anchorRoles: readonly { anchorSlug: string; role: string }[] },
  slug: string,
): Role | null {
  const own = user.anchorRoles.find(({ anchorSlug }) => anchorSlug === slug)?.role
  const general = slug === FIRST_ANCHOR ? user.role : null
  const role = user.role === 'admin' ? user.role : (own ?? general)
  return isRole(role) ? role : null
}

/** `name` is that of a caller: the username, or the e-mail address of a user without one. */
export const userNamed = (name: string): Prisma.UserWhereInput => ({
  OR: [{ username: name }, { username: null, email: name }],
})
