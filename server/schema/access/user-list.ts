/** The list of users: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import { type Role, roles } from '#server/identity/roles.ts'
import { RoleEnum } from '#server/schema/access/viewer.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { requireCursor } from '#server/schema/page.ts'
import { literally } from '#server/schema/search.ts'

const UserFilter = builder.inputType('UserFilter', {
  description: 'Conditions that must all hold; an absent one does not count.',
  fields: (t) => ({
    search: t.string({
      description: 'Part of the username, of the name to show or of the e-mail address, in any case.',
    }),
    role: t.field({ type: RoleEnum, description: 'What the user may do.' }),
    banned: t.boolean({ description: 'Whether the user is locked out.' }),
  }),
})

const UserOrder = orderInput(
  'UserOrder',
  'users',
  {
    USERNAME: { value: 'username', description: 'By the name to sign in with.' },
    CREATED_AT: { value: 'createdAt', description: 'By the time they were made.' },
  },
  'equal ones follow by id',
)

type Filter = typeof UserFilter.$inferInput

/** Whoever has no role that we know is a viewer, as the field says. */
function whereRole(role: Role): Prisma.UserWhereInput {
  if (role !== 'viewer') return { role }
  return { OR: [{ role: null }, { role: { notIn: roles.filter((other) => other !== 'viewer') } }] }
}

function whereSearched(text: string): Prisma.UserWhereInput {
  const contains = { contains: literally(text), mode: 'insensitive' as const }
  // An address that was made up would be found by its own words, and its owner by whoever looks for another.
  const email = { AND: [{ email: contains }, { email: { not: { endsWith: WITHOUT_ADDRESS } } }] }
  return { OR: [{ username: contains }, { name: contains }, email] }
}

function where(filter: Filter | null | undefined): Prisma.UserWhereInput {
  if (!filter) return {}
  const { search, role, banned } = filter
  const and: Prisma.UserWhereInput[] = []
  if (search?.trim()) and.push(whereSearched(search))
  if (role) and.push(whereRole(role))
  if (banned === true) and.push({ banned })
  if (banned === false) and.push({ OR: [{ banned }, { banned: null }] })
  return { AND: and }
}

builder.queryField('users', (t) =>
  t.prismaConnection({
    type: 'User',
    cursor: 'id',
    description: 'Everybody who may sign in, by username unless ordered otherwise, at most 100 a page.',
    authScopes: { administer: true },
    args: {
      filter: t.arg({ type: UserFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: UserOrder, description: 'In which order; by username when absent.' }),
    },
    totalCount: (_root, { filter }, { db }) => db.user.count({ where: where(filter) }),
    resolve: async (query, _root, { filter, orderBy }, { db }) => {
      await requireCursor(query.cursor, (where) => db.user.findUnique({ where, select: { id: true } }))
      const direction = orderBy?.direction ?? 'asc'
      const order = [{ [orderBy?.field ?? 'username']: direction }, { id: direction }]
      return db.user.findMany({ ...query, where: where(filter), orderBy: order })
    },
  }),
)
