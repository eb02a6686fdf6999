/** The list of users: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import { RoleEnum } from '#server/schema/access/viewer.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { readPage } from '#server/schema/page.ts'
import { searchCondition } from '#server/schema/search.ts'
import type { SearchCondition } from '#server/services/search.ts'

const UserFilter = builder.inputType('UserFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description: 'Part of the username, display name or e-mail address; case-insensitive.',
    }),
    role: t.field({ type: RoleEnum, description: 'The role in the installation.' }),
    banned: t.boolean({ description: 'Whether the user is locked out.' }),
  }),
})

const UserOrder = orderInput(
  'UserOrder',
  'users',
  {
    USERNAME: { value: 'username', description: 'By username.' },
    CREATED_AT: { value: 'createdAt', description: 'By creation time.' },
  },
  'equal ones are ordered by id',
)

type Filter = typeof UserFilter.$inferInput

function whereSearched(contains: SearchCondition): Prisma.UserWhereInput {
  // Placeholder addresses must not match: their users would be found by words they never entered.
  const email = { AND: [{ email: contains }, { email: { not: { endsWith: WITHOUT_ADDRESS } } }] }
  return { OR: [{ username: contains }, { name: contains }, email] }
}

function where(filter: Filter | null | undefined): Prisma.UserWhereInput {
  if (!filter) return {}
  const { search, role, banned } = filter
  const and: Prisma.UserWhereInput[] = []
  const contains = searchCondition(search)
  if (contains) and.push(whereSearched(contains))
  if (role) and.push({ role })
  if (banned === true) and.push({ banned })
  if (banned === false) and.push({ OR: [{ banned }, { banned: null }] })
  return { AND: and }
}

builder.queryField('users', (t) =>
  t.prismaConnection(
    {
      extensions: { ofInstallation: true },
      type: 'User',
      cursor: 'id',
      description: 'All users, by username by default, at most 100 per page.',
      authScopes: { administer: true },
      args: {
        filter: t.arg({ type: UserFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: UserOrder, description: 'The order; by username by default.' }),
      },
      totalCount: (_root, { filter }, { db }) => db.user.count({ where: where(filter) }),
      resolve: (query, _root, { filter, orderBy }, { db }) => {
        const { field: column, direction } = orderBy ?? { field: 'username', direction: 'asc' }
        return readPage(
          query,
          { column, direction, canBeNull: column === 'username' },
          (where) => db.user.findUnique({ where, select: { id: true, username: true, createdAt: true } }),
          ({ conditions, ...range }) =>
            db.user.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        )
      },
    },
    { name: 'UserConnection' },
    { name: 'UserEdge' },
  ),
)
