/** `inmor reissue-alltms`: re-signs Trust Marks after a key change. */
import { type AnchorOptions, aboutAnchor } from '#server/cli/opened.ts'
import { command } from '#server/cli/output.ts'
import { performRun } from '#server/cli/run.ts'
import { reissueParameters } from '#server/jobs/kind/reissue.ts'

export const reissueCommand = aboutAnchor(
  command('reissue-alltms', 're-sign Trust Marks with the current key'),
)
  .option('--type <type>', 'only marks of this Trust Mark type')
  .action((options: AnchorOptions & { type?: string }) =>
    performRun(options, {
      kind: 'REISSUE_TRUST_MARKS',
      verb: 'Re-issuing',
      ...(options.type ? { parameters: { trustMarkType: options.type } } : {}),
      check: async (db) => void (await reissueParameters(db, options.type)),
    }),
  )
