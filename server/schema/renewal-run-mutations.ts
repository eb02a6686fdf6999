/** Starting and cancelling runs. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, signedIn } from '#server/schema/input.ts'

const { ConflictError, NotFoundError } = failures

const RenewalKind = builder.enumType('RenewalKind', {
  description: 'What to renew.',
  values: {
    SUBORDINATES: { description: 'Every active subordinate.' },
    TRUST_MARKS: { description: 'Every Trust Mark that stands.' },
  } as const,
})

const CancelRunInput = builder.inputType('CancelRunInput', {
  description: 'Which run.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The run’s id.' }) }),
})

builder.mutationFields((t) => ({
  startRenewal: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to renew everything of a kind; watch it with renewalProgress. One of a kind runs at a time.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    args: { kind: t.arg({ type: RenewalKind, required: true, description: 'What to renew.' }) },
    resolve: (_query, _root, { kind }, context) => context.runs.start(signedIn(context), kind),
  }),
  startCollectionWalk: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to walk the federation into the collection; what is there is replaced when it has ended well.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(signedIn(context), 'COLLECTION'),
  }),
  startRebuild: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to write everything that is published anew, as rebuildPublication does, without waiting for it.',
    authScopes: { administer: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(signedIn(context), 'REBUILD'),
  }),
  cancelRun: t.prismaField({
    type: 'RenewalRun',
    description: 'Ends a run after the items it is at. What it has done stays done.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: CancelRunInput, required: true, description: 'Which run.' }) },
    resolve: (_query, _root, { input }, context) =>
      context.runs.cancel(signedIn(context), nodeId(input.id, 'RenewalRun')),
  }),
}))
