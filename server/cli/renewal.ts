/** `inmor renew-subordinates`, `renew-trust-marks` and `collection`: the scheduled work, now. */
import { type AnchorOptions, aboutAnchor } from '#server/cli/opened.ts'
import { command } from '#server/cli/output.ts'
import { performRun } from '#server/cli/run.ts'

type Options = AnchorOptions & { due?: true }

const DUE = ['--due', 'only those that are due'] as const
const dueOnly = ({ due }: Options) => (due ? { parameters: { due } } : {})

const renewSubordinates = command(
  'renew-subordinates',
  'fetch the Entity Configuration of every active subordinate and renew its statement',
)
  .option(...DUE)
  .action((options: Options) =>
    performRun(options, { kind: 'SUBORDINATES', verb: 'Renewing', ...dueOnly(options) }),
  )

const renewTrustMarks = command('renew-trust-marks', 're-sign every active Trust Mark')
  .option(...DUE)
  .action((options: Options) =>
    performRun(options, { kind: 'TRUST_MARKS', verb: 'Renewing', ...dueOnly(options) }),
  )

const collection = command('collection', 'crawl the federation into the collection').action(
  (options: Options) => performRun(options, { kind: 'COLLECTION', verb: 'Reading', isForRedis: true }),
)

export const renewalCommands = [renewSubordinates, renewTrustMarks, collection].map(aboutAnchor)
