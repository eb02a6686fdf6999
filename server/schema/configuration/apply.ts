/** Applies configuration files, with the commit that they are of. */
import {
  ConflictError,
  InvalidInputError,
  ReauthenticationRequiredError,
} from '#server/error/operation-error.ts'
import { COMMIT, ConfigurationFileInput, PRUNE } from '#server/schema/configuration/file.ts'
import { INSTALLATION, requireAdministrator } from '#server/schema/configuration/subject.ts'
import { requireRecentCaller } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { throwFirst } from '#server/schema/plan/plan.ts'
import { planSource } from '#server/schema/plan/source.ts'
import { startPlan } from '#server/schema/plan/start.ts'
import { RunRef } from '#server/schema/run/run.ts'

operation('applyConfiguration', {
  describes:
    'Starts a run that applies configuration files, with the checks of each mutation. If one object would be refused, nothing is changed. A run that did only a part, because the anchor or a member changed meanwhile, ends as PARTLY. It takes the rights of all mutations that it needs; a dry run, those of a viewer. Follow the run with runProgress.',
  input: {
    describes: 'The files and their plan.',
    fields: (t) => ({
      files: t.field({
        type: [ConfigurationFileInput],
        required: true,
        description: 'The files of the anchor or the installation. What none of them names is not touched.',
      }),
      installation: t.boolean({ description: `${INSTALLATION} A session must be recent.` }),
      plan: t.string({
        description:
          'The hash of the plan that was read. If the files or the anchor changed since, nothing is done; by default they may have changed.',
      }),
      prune: t.boolean({ description: PRUNE }),
      commit: t.string({ description: COMMIT }),
      dryRun: t.boolean({
        description: 'Changes nothing: each item says what would happen. False by default.',
      }),
    }),
  },
  scope: async (_root, { input }) => (input.dryRun ? { read: true } : { operate: true }),
  result: RunRef,
  errors: [InvalidInputError, ConflictError, ReauthenticationRequiredError],
  async run({ files, installation, plan: known, prune, commit, dryRun }, context, { schema }) {
    const isOfInstallation = installation ?? false
    if (isOfInstallation) {
      requireAdministrator(context)
      requireRecentCaller(context)
    }
    const source = { files: { files, prune } }
    const planned = await planSource(context, schema, source, isOfInstallation).catch(throwFirst)
    return startPlan(context, planned, {
      ...{ action: 'applyConfiguration', known, commit: commit ?? undefined },
      dryRun: dryRun ?? false,
    })
  },
})
