/** `inmor reissue-alltms`: signs Trust Marks anew after a change of the key. */
import { command } from '#server/cli/output.ts'
import { performRun } from '#server/cli/run.ts'
import { reissueParameters } from '#server/jobs/kind/reissue.ts'

export const reissueCommand = command('reissue-alltms', 'signs Trust Marks anew with the key of now')
  .option('--type <type>', 'those of this Trust Mark Type only')
  .action((options: { json?: boolean; type?: string }) =>
    performRun(options, {
      kind: 'REISSUE_TRUST_MARKS',
      verb: 'Re-issuing',
      ...(options.type ? { parameters: { trustMarkType: options.type } } : {}),
      check: async (db) => void (await reissueParameters(db, options.type)),
    }),
  )
