/** The list of Trust Mark types: filters, order, pages. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { readPage } from '#server/schema/page.ts'
import { wordConditions } from '#server/schema/search.ts'

const TrustMarkTypeFilter = builder.inputType('TrustMarkTypeFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description: 'Words in any order, each a part of the identifier or the description; case-insensitive.',
    }),
    active: t.boolean({ description: 'Whether new marks may be issued.' }),
    hasOwner: t.boolean({ description: 'Whether it has another Trust Mark Owner than this anchor (§7.2).' }),
  }),
})

const TrustMarkTypeOrder = orderInput('TrustMarkTypeOrder', 'Trust Mark types', {
  TYPE: { value: 'type', description: 'By identifier.' },
  CREATED_AT: { value: 'createdAt', description: 'By creation time.' },
})

function where(
  filter: typeof TrustMarkTypeFilter.$inferInput | null | undefined,
): Prisma.TrustMarkTypeWhereInput {
  if (!filter) return {}
  const { search, active, hasOwner } = filter
  const and: Prisma.TrustMarkTypeWhereInput[] = []
  for (const contains of wordConditions(search))
    and.push({ OR: [{ type: contains }, { description: contains }] })
  if (typeof active === 'boolean') and.push({ active })
  if (typeof hasOwner === 'boolean')
    and.push({ owner: hasOwner ? { not: Prisma.DbNull } : { equals: Prisma.DbNull } })
  return { AND: and }
}

builder.queryField('trustMarkTypes', (t) =>
  t.prismaConnection(
    {
      type: 'TrustMarkType',
      cursor: 'id',
      description: 'Trust Mark types, by identifier by default, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: TrustMarkTypeFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: TrustMarkTypeOrder, description: 'The order; by identifier by default.' }),
      },
      totalCount: (_root, { filter }, { db }) => db.trustMarkType.count({ where: where(filter) }),
      resolve: (query, _root, { filter, orderBy }, { db }) => {
        const { field: column, direction } = orderBy ?? { field: 'type', direction: 'asc' }
        return readPage(
          query,
          { column, direction },
          (where) =>
            db.trustMarkType.findUnique({ where, select: { id: true, type: true, createdAt: true } }),
          ({ conditions, ...range }) =>
            db.trustMarkType.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        )
      },
    },
    { name: 'TrustMarkTypeConnection' },
    { name: 'TrustMarkTypeEdge' },
  ),
)
