/** Applies a plan. */
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  ReauthenticationRequiredError,
} from '#server/error/operation-error.ts'
import { INSTALLATION, requireAdministrator } from '#server/schema/configuration/subject.ts'
import { requireRecentCaller } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { throwFirst } from '#server/schema/plan/plan.ts'
import { PlanSourceInput, planSource } from '#server/schema/plan/source.ts'
import { startPlan } from '#server/schema/plan/start.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { parseReason } from '#server/services/reason.ts'

operation('applyPlan', {
  describes:
    'Starts a run that applies a plan, with the checks of each mutation. If the anchor changed since the plan was read, it fails with CONFLICT and changes nothing. It takes the rights of all mutations that it needs; a dry run, those of a viewer. Follow the run with runProgress.',
  input: {
    describes: 'The source of the plan, and the hash of what was read.',
    fields: (t) => ({
      source: t.field({ type: PlanSourceInput, required: true, description: 'What is wanted.' }),
      hash: t.string({
        description:
          'The hash of the plan that was read. Absent: the plan as it is at that moment, and each object that it leaves alone is a failed item of the run.',
      }),
      reason: t.string({
        description: 'Why, at most 1000 characters. The audit log and revoked marks keep it.',
      }),
      installation: t.boolean({ description: `${INSTALLATION} A session must be recent.` }),
      dryRun: t.boolean({
        description: 'Changes nothing: each item says what would happen. False by default.',
      }),
    }),
  },
  scope: async (_root, { input }) => (input.dryRun ? { read: true } : { operate: true }),
  result: RunRef,
  errors: [InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError],
  async run({ source, hash: known, reason, installation, dryRun }, context, { schema }) {
    if (installation) {
      requireAdministrator(context)
      requireRecentCaller(context)
    }
    const planned = await planSource(context, schema, source, installation ?? false).catch(throwFirst)
    if (known && !planned.files && planned.plan.steps.length === 0)
      throw new ConflictError('There is nothing to do.', 'hash')
    return startPlan(context, planned, {
      ...{ action: 'applyPlan', known, reason: parseReason(reason) },
      commit: source.files?.commit ?? undefined,
      dryRun: dryRun ?? false,
    })
  },
})
