/** Starting and cancelling runs. */
import { reissueParameters } from '#server/jobs/kind/reissue.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, signedIn } from '#server/schema/input.ts'
import { RenewalRunRef } from '#server/schema/run/renewal-run.ts'

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

const ReissueTrustMarksInput = builder.inputType('ReissueTrustMarksInput', {
  description: 'Which marks.',
  fields: (t) => ({
    trustMarkType: t.field({ type: 'URL', description: 'Those of this type only; all when absent.' }),
  }),
})

builder.mutationFields((t) => ({
  startRenewal: t.field({
    type: RenewalRunRef,
    description:
      'Starts to renew everything of a kind; watch it with renewalProgress. One of a kind runs at a time.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    args: { kind: t.arg({ type: RenewalKind, required: true, description: 'What to renew.' }) },
    resolve: (_root, { kind }, context) => context.runs.start(signedIn(context), kind),
  }),
  reissueTrustMarks: t.field({
    type: RenewalRunRef,
    description:
      'Starts to sign Trust Marks anew with the key that signs now, for as long as each was valid. The JWTs before keep their status until they expire, as those of renewed marks do; a key that was revoked as compromised makes its marks invalid by itself.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: ReissueTrustMarksInput, description: 'Which marks; all when absent.' }) },
    resolve: async (_root, { input }, context) => {
      const parameters = await reissueParameters(context.db, input?.trustMarkType)
      return context.runs.start(signedIn(context), 'REISSUE_TRUST_MARKS', { parameters })
    },
  }),
  startCollectionWalk: t.field({
    type: RenewalRunRef,
    description:
      'Starts to walk the federation into the collection; what is there is replaced when it has ended well.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    resolve: (_root, _args, context) => context.runs.start(signedIn(context), 'COLLECTION'),
  }),
  startRebuild: t.field({
    type: RenewalRunRef,
    description:
      'Starts to write everything that is published anew, as rebuildPublication does, without waiting for it.',
    authScopes: { administer: true },
    errors: { types: [ConflictError] },
    resolve: (_root, _args, context) => context.runs.start(signedIn(context), 'REBUILD'),
  }),
  cancelRun: t.field({
    type: RenewalRunRef,
    description: 'Ends a run after the items it is at. What it has done stays done.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: CancelRunInput, required: true, description: 'Which run.' }) },
    resolve: (_root, { input }, context) =>
      context.runs.cancel(signedIn(context), nodeId(input.id, 'RenewalRun')),
  }),
}))
