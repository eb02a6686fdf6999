/** Whether what is published keeps the outage budget, as part of the publication status. */
import {
  type BudgetReport,
  canChange,
  type Shortfall,
  type ShortfallReason,
} from '#server/publish/outage-budget.ts'
import { builder } from '#server/schema/builder.ts'

const ShortfallReasonEnum = builder.enumType('ShortfallReason', {
  description: 'Why something expires before the outage budget has passed.',
  values: {
    NOT_RENEWED: { description: 'It should have been renewed before.' },
    TOO_SHORT: { description: 'Its validity is shorter than the outage budget.' },
    FILES_OLD: { description: 'The exported files are older than what is published.' },
    NOT_AUTOMATIC: { description: 'Its `autorenew` is off.' },
    HAS_PROBLEM: { description: 'It has a problem, and is not renewed until a check or a renewal succeeds.' },
    KEY_ENDS: { description: 'The last key of the subordinate ends, and the statement with it.' },
    DELEGATION_ENDS: { description: 'The delegation of the owner of the type ends, and the mark with it.' },
    CHAIN_ENDS: {
      description:
        'It ends with the first statement of its chain, often the configuration of the subordinate.',
    },
  } as const satisfies Record<ShortfallReason, object>,
})

const ShortfallRef = builder.objectRef<Shortfall>('BudgetShortfall').implement({
  description: 'What expires before the outage budget has passed, for one kind and reason.',
  authScopes: { read: true },
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'The kind, as `ExportedKind` names it.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When the first of them expires.' }),
    count: t.exposeInt('count', {
      nullable: true,
      description: 'How many there are; null for exported files.',
    }),
    reason: t.expose('reason', { type: ShortfallReasonEnum, description: 'Why.' }),
    isCounted: t.boolean({
      description:
        'Whether it means that the budget is not kept. Otherwise no setting of the Trust Anchor lengthens it.',
      resolve: canChange,
    }),
  }),
})

export const OutageBudgetRef = builder.objectRef<BudgetReport>('OutageBudget').implement({
  description: 'Whether everything that is published stays valid for the outage budget.',
  authScopes: { read: true },
  fields: (t) => ({
    hours: t.exposeInt('hours', { description: 'The outage budget in hours.' }),
    isKept: t.boolean({
      description: 'Whether it is kept, apart from what no setting lengthens.',
      resolve: ({ shortfalls }) => !shortfalls.some(canChange),
    }),
    shortfalls: t.expose('shortfalls', {
      type: [ShortfallRef],
      description: 'What expires before, the earliest first.',
    }),
  }),
})
