/** Failed renewals, for an overview; the lists have the rest. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { readTogether } from '#server/database/together.ts'
import { builder } from '#server/schema/builder.ts'
import { whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'
import { whereProblem } from '#server/services/subordinate/problem.ts'

const SHOWN = 10

const whereFailing = (now: Date) => ({ ...whereRenewalFailed, expiresAt: { gt: now } })

/** The same as a part of SQL. */
export const failingTrustMarks = (now: Date) =>
  Prisma.sql`"TrustMark" WHERE "active" AND "failingSince" IS NOT NULL AND "expiresAt" > ${now}::timestamp`

type FailingType = { trustMarkTypeId: number; count: number; exampleId: number }

const FailingTrustMarkType = builder.objectRef<FailingType>('FailingTrustMarkType').implement({
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
      resolve: (query, { exampleId: id }, _args, { db }) =>
        db.trustMark.findUnique({ ...query, where: { id } }),
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
      resolve: (_root, _args, { db, now }) =>
        readTogether<FailingType>(
          db,
          Prisma.sql`SELECT "trustMarkTypeId", count(*)::int AS "count",
              (array_agg("id" ORDER BY "expiresAt", "id"))[1] AS "exampleId"
            FROM ${failingTrustMarks(now())} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${SHOWN}`,
        ),
    }),
  }),
})
