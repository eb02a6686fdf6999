/** The causes of problems: each rule that subordinates break, with their number. */
import { builder } from '#server/schema/builder.ts'
import { SubordinateFilter, subordinateCondition } from '#server/schema/subordinate/subordinate-list.ts'
import { ProblemCode } from '#server/schema/subordinate/subordinate-state.ts'
import { groupProblems, type ProblemGroup } from '#server/services/subordinate/problem-group.ts'

const SubordinateProblemGroup = builder.objectRef<ProblemGroup>('SubordinateProblemGroup').implement({
  description: 'The subordinates that break one rule.',
  authScopes: { read: true },
  fields: (t) => ({
    code: t.expose('code', { type: ProblemCode, description: 'The rule.' }),
    count: t.exposeInt('count', { description: 'How many subordinates break it.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when the first of them does.' }),
    example: t.prismaField({
      type: 'Subordinate',
      nullable: true,
      description: 'One of them, the first by Entity Identifier; its `problem` has the reason.',
      resolve: (query, { example: entityId }, _args, { db }) =>
        db.subordinate.findUnique({ ...query, where: { entityId } }),
    }),
  }),
})

builder.queryField('subordinateProblems', (t) =>
  t.field({
    type: [SubordinateProblemGroup],
    description: 'The problems of subordinates, by the rule at fault: that of most subordinates first.',
    authScopes: { read: true },
    args: {
      filter: t.arg({ type: SubordinateFilter, description: 'The subordinates to group; all by default.' }),
    },
    resolve: async (_root, { filter }, context) => {
      const where = filter ? await subordinateCondition(filter, context) : {}
      return groupProblems(context.db, where, context.now())
    },
  }),
)
