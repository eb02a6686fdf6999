/** The list of Trust Marks: filters, order, pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { orderInput } from '#server/schema/order.ts'
import { columnsOf, type PageOrder, readPage } from '#server/schema/page.ts'
import { searchTermCondition } from '#server/schema/search-text.ts'
import { type StateName, TrustMarkState, whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'

const TrustMarkFilter = builder.inputType('TrustMarkFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    entityId: t.field({ type: 'EntityIdentifier', description: 'The subject of the mark.' }),
    trustMarkType: t.field({ type: 'URL', description: 'The Trust Mark type.' }),
    state: t.field({ type: TrustMarkState, description: 'Its state.' }),
    search: t.string({ description: 'Part of the Entity Identifier; case-insensitive.' }),
    active: t.boolean({ description: 'Whether it is not revoked.' }),
    expiresAfter: t.field({ type: 'DateTime', description: 'Its JWT expires at this time or later.' }),
    expiresBefore: t.field({ type: 'DateTime', description: 'Its JWT expires before this time.' }),
    renewalFailed: t.boolean({
      description: 'Whether its last renewal failed. Revoked marks are not renewed and do not count.',
    }),
  }),
})

const TrustMarkOrder = orderInput('TrustMarkOrder', 'Trust Marks', {
  ENTITY_ID: { value: 'entityId', description: 'By Entity Identifier.' },
  EXPIRES_AT: { value: 'expiresAt', description: 'By expiry of the JWT.' },
})

type Filter = typeof TrustMarkFilter.$inferInput
type Order = typeof TrustMarkOrder.$inferInput

function whereState(state: StateName, now: Date): Prisma.TrustMarkWhereInput {
  if (state === 'REVOKED') return { active: false }
  if (state === 'INVALID') return { active: true, invalidSince: { not: null } }
  return { active: true, invalidSince: null, expiresAt: state === 'ACTIVE' ? { gt: now } : { lte: now } }
}

function where(filter: Filter | null | undefined, now: Date): Prisma.TrustMarkWhereInput {
  if (!filter) return {}
  const { entityId, trustMarkType, state, search, active, expiresAfter, expiresBefore, renewalFailed } =
    filter
  const and: Prisma.TrustMarkWhereInput[] = []
  if (entityId) and.push({ entityId })
  if (trustMarkType) and.push({ trustMarkType: { type: trustMarkType } })
  if (state) and.push(whereState(state, now))
  const searched = searchTermCondition(search)
  if (searched) and.push(searched)
  if (typeof active === 'boolean') and.push({ active })
  if (expiresAfter) and.push({ expiresAt: { gte: expiresAfter } })
  if (expiresBefore) and.push({ expiresAt: { lt: expiresBefore } })
  if (renewalFailed === true) and.push(whereRenewalFailed)
  if (renewalFailed === false) and.push({ OR: [{ active: false }, { failingSince: null }] })
  return { AND: and }
}

/** The condition and the order of a page; each has an index (schema.prisma). */
export function trustMarkPage(
  filter: Filter | null | undefined,
  orderBy: Order | null | undefined,
  now: Date,
) {
  return { where: where(filter, now), orderBy: columnsOf(orderOf(orderBy)) }
}

function orderOf(orderBy: Order | null | undefined): PageOrder<Order['field']> {
  return { column: orderBy?.field ?? 'id', direction: orderBy?.direction ?? 'desc' }
}

builder.queryField('trustMarks', (t) =>
  t.prismaConnection(
    {
      type: 'TrustMark',
      cursor: 'id',
      description: 'Trust Marks, newest first by default, at most 100 per page.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: TrustMarkFilter, description: 'The filter.' }),
        orderBy: t.arg({ type: TrustMarkOrder, description: 'The order; newest first by default.' }),
      },
      totalCount: (_root, { filter }, { db, now }) => db.trustMark.count({ where: where(filter, now()) }),
      resolve: async (query, _root, { filter, orderBy }, { db, now }) => {
        const condition = where(filter, now())
        const columns = { id: true, entityId: true, expiresAt: true }
        return readPage(
          query,
          orderOf(orderBy),
          (where) => db.trustMark.findUnique({ where, select: columns }),
          ({ conditions, ...range }) =>
            db.trustMark.findMany({ ...range, where: { AND: [condition, conditions] } }),
        )
      },
    },
    { name: 'TrustMarkConnection' },
    { name: 'TrustMarkEdge' },
  ),
)
