/** Failed renewals, for an overview; the lists have the rest. */
import { builder } from '#server/schema/builder.ts'
import { whereRenewalFailed } from '#server/schema/trust-mark/trust-mark.ts'
import { whereProblem } from '#server/services/subordinate/problem.ts'

const SHOWN = 10

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
          where: { ...whereRenewalFailed, expiresAt: { gt: now() } },
          orderBy: { expiresAt: 'asc' },
          take: SHOWN,
        }),
    }),
  }),
})
