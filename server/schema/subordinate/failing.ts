/** Failed renewals, for an overview; the lists have the rest. */
import { builder } from '#server/schema/builder.ts'
import { whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'
import { whereProblem } from '#server/services/subordinate/problem.ts'

const SHOWN = 10

const whereFailing = (now: Date) => ({ ...whereRenewalFailed, expiresAt: { gt: now } })

const FailingTrustMarkType = builder
  .objectRef<{ trustMarkTypeId: number; count: number }>('FailingTrustMarkType')
  .implement({
    description: 'The Trust Marks of one type whose last renewal failed.',
    authScopes: { read: true },
    fields: (t) => ({
      trustMarkType: t.prismaField({
        type: 'TrustMarkType',
        description: 'The type.',
        resolve: (query, { trustMarkTypeId: id }, _args, { db }) =>
          db.trustMarkType.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      count: t.exposeInt('count', { description: 'How many of its valid marks cannot be renewed.' }),
      example: t.prismaField({
        type: 'TrustMark',
        nullable: true,
        description: 'The one that expires first; its `lastError` has the reason.',
        resolve: (query, { trustMarkTypeId }, _args, { db, now }) =>
          db.trustMark.findFirst({
            ...query,
            where: { ...whereFailing(now()), trustMarkTypeId },
            orderBy: { expiresAt: 'asc' },
          }),
      }),
    }),
  })

export const Failing = builder.objectRef<object>('Failing').implement({
  description: 'Items whose last renewal failed, with the reason; the earliest expiry first.',
  authScopes: { read: true },
  fields: (t) => ({
    subordinates: t.prismaField({
      type: ['Subordinate'],
      description: 'Published subordinates, at most ten; each has the reason as its `problem`.',
      resolve: (query, _root, _args, { db, now }) =>
        db.subordinate.findMany({
          ...query,
          where: whereProblem(now()),
          orderBy: { statementExpiresAt: 'asc' },
          take: SHOWN,
        }),
    }),
    trustMarks: t.prismaField({
      type: ['TrustMark'],
      description: 'Valid Trust Marks, at most ten; each has the reason as its `lastError`.',
      resolve: (query, _root, _args, { db, now }) =>
        db.trustMark.findMany({
          ...query,
          where: whereFailing(now()),
          orderBy: { expiresAt: 'asc' },
          take: SHOWN,
        }),
    }),
    trustMarkTypes: t.field({
      type: [FailingTrustMarkType],
      description: 'Valid Trust Marks by type, at most ten types; that of most marks first.',
      resolve: async (_root, _args, { db, now }) => {
        const groups = await db.trustMark.groupBy({
          by: ['trustMarkTypeId'],
          where: whereFailing(now()),
          _count: true,
          orderBy: { _count: { trustMarkTypeId: 'desc' } },
          take: SHOWN,
        })
        return groups.map(({ trustMarkTypeId, _count: count }) => ({ trustMarkTypeId, count }))
      },
    }),
  }),
})
