/** The mutations that start and cancel runs. */
import { reissueParameters } from '#server/jobs/kind/reissue.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { parseReason } from '#server/services/reason.ts'

const { ConflictError, InvalidInputError, NotFoundError } = failures

const RenewalKind = builder.enumType('RenewalKind', {
  description: 'What to renew.',
  values: {
    SUBORDINATES: { description: 'Every active subordinate.' },
    TRUST_MARKS: { description: 'Every active Trust Mark.' },
  } as const,
})

const CancelRunInput = builder.inputType('CancelRunInput', {
  description: 'The run to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The run’s id.' }) }),
})

const ExecuteDryRunInput = builder.inputType('ExecuteDryRunInput', {
  description: 'The dry run to execute.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The id of a dry run that has succeeded.' }),
    reason: t.string({
      description: 'Why, at most 1000 characters. The audit log and revoked marks keep it.',
    }),
  }),
})

const ReissueTrustMarksInput = builder.inputType('ReissueTrustMarksInput', {
  description: 'The marks to re-sign.',
  fields: (t) => ({
    trustMarkType: t.field({ type: 'URL', description: 'Only marks of this type; all by default.' }),
  }),
})

builder.mutationFields((t) => ({
  startRenewal: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts a renewal of all objects of a kind; follow it with renewalProgress. One run per kind at a time.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    args: { kind: t.arg({ type: RenewalKind, required: true, description: 'What to renew.' }) },
    resolve: (_query, _root, { kind }, context) => context.runs.start(requireCaller(context), kind),
  }),
  reissueTrustMarks: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to re-sign Trust Marks with the current key; each keeps its expiry. Previous JWTs keep their status until they expire. Marks signed by a key revoked as compromised are invalid at once.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: ReissueTrustMarksInput, description: 'The marks; all by default.' }) },
    resolve: async (_query, _root, { input }, context) => {
      const parameters = await reissueParameters(context.db, input?.trustMarkType)
      return context.runs.start(requireCaller(context), 'REISSUE_TRUST_MARKS', { parameters })
    },
  }),
  startCollectionWalk: t.prismaField({
    type: 'RenewalRun',
    description: 'Starts a crawl of the federation. The collection is replaced when the crawl succeeds.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(requireCaller(context), 'COLLECTION'),
  }),
  startRebuild: t.prismaField({
    type: 'RenewalRun',
    description: 'Starts to republish everything, like rebuildPublication, without waiting for it.',
    authScopes: { administer: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(requireCaller(context), 'REBUILD'),
  }),
  startEvaluation: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to evaluate every subordinate, and every entity below an Intermediate from the last crawl, under the present policy and constraints. Each change of them starts it too.',
    authScopes: { operate: true },
    errors: { types: [ConflictError] },
    resolve: (_query, _root, _args, context) => context.runs.start(requireCaller(context), 'EVALUATION'),
  }),
  executeDryRun: t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts a run that does what a dry run said, to exactly the objects that it named. An object for which that would be something else now fails. A change of many that a second person must approve is asked for with this.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: ExecuteDryRunInput, required: true, description: 'The dry run.' }) },
    resolve: (_query, _root, { input }, context) => {
      const reason = parseReason(input.reason)
      const caller = { ...requireCaller(context), ...(reason ? { reason } : {}) }
      return context.runs.executeDryRun(caller, nodeId(input.id, 'RenewalRun'), reason)
    },
  }),
  cancelRun: t.prismaField({
    type: 'RenewalRun',
    description: 'Cancels a run after its current items. Finished items stay.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: CancelRunInput, required: true, description: 'The run.' }) },
    resolve: (_query, _root, { input }, context) =>
      context.runs.cancel(requireCaller(context), nodeId(input.id, 'RenewalRun')),
  }),
}))
