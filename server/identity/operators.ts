/** Finds users by name and by right, as conditions of the database. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { mayDo, roles } from '#server/identity/roles.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const operating = roles.filter((role) => mayDo(role, 'operate'))

/** Those who may operate in an anchor. As `callerIn` says: a role in the installation holds in the first anchor, and an administrator's in every one. */
export function whoOperates(slug: string): Prisma.UserWhereInput {
  const own = { some: { anchorSlug: slug, role: { in: operating } } }
  const general =
    slug === FIRST_ANCHOR ? [{ role: { in: operating }, anchorRoles: { none: { anchorSlug: slug } } }] : []
  return {
    AND: [
      { OR: [{ banned: false }, { banned: null }] },
      { OR: [{ role: 'admin' }, { anchorRoles: own }, ...general] },
    ],
  }
}

/** `name` is that of a caller: the username, or the e-mail address of a user without one. */
export const userNamed = (name: string): Prisma.UserWhereInput => ({
  OR: [{ username: name }, { username: null, email: name }],
})
