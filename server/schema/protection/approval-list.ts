/** The list of approvals: filters and pages. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { newestFirst, readPage } from '#server/schema/page.ts'
import { ApprovalStateEnum } from '#server/schema/protection/approval.ts'
import { readable } from '#server/schema/protection/approval-access.ts'
import type { ApprovalState } from '#server/services/protection/approvals.ts'

const ApprovalFilter = builder.inputType('ApprovalFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    state: t.field({ type: ApprovalStateEnum, description: 'Their state.' }),
    anchor: t.string({ description: 'The slug of the anchor that they change.' }),
    requestedBy: t.string({ description: 'Who asked for them.' }),
  }),
})

type Filter = typeof ApprovalFilter.$inferInput | null | undefined

builder.queryField('approvals', (t) =>
  t.prismaConnection(
    {
      type: 'Approval',
      cursor: 'id',
      description:
        'The approvals of the viewer, and of every anchor that the viewer operates, the newest first, at most 100 per page.',
      extensions: { ofInstallation: true },
      authScopes: { known: true },
      args: { filter: t.arg({ type: ApprovalFilter, description: 'The filter.' }) },
      totalCount: (_root, { filter }, context) =>
        context.db.approval.count({ where: where(filter, context) }),
      resolve: (query, _root, { filter }, context) => {
        return readPage(
          query,
          newestFirst,
          (where) => context.db.approval.findUnique({ where, select: { id: true } }),
          ({ conditions, ...range }) =>
            context.db.approval.findMany({
              ...range,
              where: { AND: [where(filter, context), conditions] },
            }),
        )
      },
    },
    { name: 'ApprovalConnection' },
    { name: 'ApprovalEdge' },
  ),
)

function where(filter: Filter, context: Context): Prisma.ApprovalWhereInput {
  const { state, anchor, requestedBy } = filter ?? {}
  return {
    AND: [
      readable(context),
      ...(state ? [whereState(state, context.now())] : []),
      ...(anchor ? [{ anchor }] : []),
      ...(requestedBy ? [{ requestedBy }] : []),
    ],
  }
}

function whereState(state: ApprovalState, now: Date): Prisma.ApprovalWhereInput {
  if (state === 'OPEN') return { state, expiresAt: { gt: now } }
  return state === 'EXPIRED' ? { state: 'OPEN', expiresAt: { lte: now } } : { state }
}
