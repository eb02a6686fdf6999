/** `inmor change-subordinates`: one action on many subordinates. */
import { Argument, InvalidArgumentError } from 'commander'
import { isJsonObject } from '#core/json.ts'
import { type AnchorOptions, aboutAnchor } from '#server/cli/opened.ts'
import { command } from '#server/cli/output.ts'
import { performRun } from '#server/cli/run.ts'
import { byWord } from '#server/cli/word.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { changeOptions, subordinateActions } from '#server/jobs/kind/change/parameters.ts'
import type { Subjects } from '#server/jobs/kind/change/subjects.ts'

type Options = AnchorOptions & {
  all?: true
  dryRun?: true
  reason?: string
  type?: string
  set?: object
  keepTrustMarks?: true
}

const actions = byWord(subordinateActions)

export const changeCommand = aboutAnchor(command('change-subordinates', 'do one action on many subordinates'))
  .addArgument(new Argument('<action>', 'what to do').choices([...actions.keys()]))
  .argument('[entities...]', 'their Entity Identifiers')
  .option('--all', 'all subordinates instead')
  .option('--dry-run', 'change nothing and say what would happen')
  .option('--reason <reason>', 'why, for the audit log')
  .option('--type <type>', 'the Trust Mark type to issue or revoke')
  .option('--set <json>', 'the settings of an update, such as {"validFor": 48}', parseSettings)
  .option('--keep-trust-marks', 'leave the Trust Marks of those that are removed as they are')
  .action((name: string, entityIds: string[], given: Options) => {
    const { all, dryRun, reason, type, set, keepTrustMarks, ...options } = given
    const revokesMarks = keepTrustMarks && false
    return performRun(options, {
      kind: 'SUBORDINATE_CHANGE',
      verb: dryRun ? 'Checking' : 'Changing',
      isExplained: true,
      ...(reason ? { reason } : {}),
      prepare: (anchor) =>
        changeOptions(
          anchor,
          {
            action: actions.get(name) ?? 'RENEW',
            dryRun,
            reason,
            trustMarkType: type,
            changes: set,
            revokesMarks,
          },
          subjectsOf(entityIds, all),
        ),
    })
  })

/** @throws InvalidInputError */
function subjectsOf(entityIds: string[], all: true | undefined): Subjects {
  if (!all) return { entityIds }
  if (entityIds.length === 0) return { filter: {}, where: {} }
  throw new InvalidInputError('Name the subordinates or give --all, but not both.')
}

function parseSettings(value: string): object {
  try {
    const settings: unknown = JSON.parse(value)
    if (isJsonObject(settings)) return settings
  } catch {
    // Refused below.
  }
  throw new InvalidArgumentError('Enter a JSON object.')
}
