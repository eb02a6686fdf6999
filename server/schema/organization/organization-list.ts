/** The list of organizations: filters, order, pages. */
import { builder } from '#server/schema/builder.ts'
import { inFilter } from '#server/schema/in-filter.ts'
import { orderInput } from '#server/schema/order.ts'
import { readPage } from '#server/schema/page.ts'
import { MAXIMUM_TAGS } from '#server/services/annotation.ts'
import { organizationCondition } from '#server/services/organization/filter.ts'

const OrganizationFilter = builder.inputType('OrganizationFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    search: t.string({
      description:
        'Words in any order, each a part of the name, the identifier, a contact or the note, or a tag; case-insensitive. At most 16.',
    }),
    active: t.boolean({ description: 'Whether it takes part in the federation.' }),
    country: t.string({ description: 'Its country, as the two letters of ISO 3166-1.' }),
    tags: t.stringList({
      description: `It has all of these tags; case-insensitive. At most ${MAXIMUM_TAGS}.`,
    }),
  }),
})

const OrganizationOrder = orderInput('OrganizationOrder', 'organizations', {
  NAME: { value: 'name', description: 'By name.' },
  CREATED_AT: { value: 'createdAt', description: 'By time of creation.' },
})

type Filter = typeof OrganizationFilter.$inferInput

builder.queryField('organization', (t) =>
  t.prismaField({
    type: 'Organization',
    nullable: true,
    description: 'An organization of the anchor, by its number in a register; null: there is none.',
    authScopes: { read: true },
    args: {
      identifier: t.arg.string({ required: true, description: 'Its number in the register.' }),
      identifierScheme: t.arg.string({ required: true, description: 'The register.' }),
    },
    resolve: (query, _root, identifierScheme_identifier, { db }) =>
      db.organization.findUnique({ ...query, where: { identifierScheme_identifier } }),
  }),
)

builder.queryField('organizations', (t) =>
  t.prismaConnection(
    {
      type: 'Organization',
      cursor: 'id',
      description: 'The organizations of the anchor, by name by default, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: OrganizationFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: OrganizationOrder, description: 'The order; by name by default.' }),
      },
      totalCount: (_root, { filter }, { db }) => db.organization.count({ where: where(filter) }),
      resolve: (query, _root, { filter, orderBy }, { db }) => {
        const { field: column, direction } = orderBy ?? { field: 'name', direction: 'asc' }
        return readPage(
          query,
          { column, direction },
          (where) => db.organization.findUnique({ where, select: { id: true, name: true, createdAt: true } }),
          ({ conditions, ...range }) =>
            db.organization.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        )
      },
    },
    { name: 'OrganizationConnection' },
    { name: 'OrganizationEdge' },
  ),
)

const where = (filter: Filter | null | undefined) => inFilter(() => organizationCondition(filter ?? {}))
