/** `inmor renew-subordinates`, `renew-trust-marks` and `collection`: what schedules do by themselves, at once. */
import { command } from '#server/cli/output.ts'
import { performRun } from '#server/cli/run.ts'

type Options = { json?: boolean; due?: true }

const DUE = ['--due', 'only those that the schedule would renew by now'] as const
const dueOnly = ({ due }: Options) => (due ? { parameters: { due } } : {})

const renewSubordinates = command(
  'renew-subordinates',
  'fetches the configuration of every active subordinate anew, and follows what it changed',
)
  .option(...DUE)
  .action((options: Options) =>
    performRun(options, { kind: 'SUBORDINATES', verb: 'Renewing', ...dueOnly(options) }),
  )

const renewTrustMarks = command('renew-trust-marks', 'signs every Trust Mark that stands anew')
  .option(...DUE)
  .action((options: Options) =>
    performRun(options, { kind: 'TRUST_MARKS', verb: 'Renewing', ...dueOnly(options) }),
  )

const collection = command('collection', 'walks the federation into the collection').action(
  (options: Options) => performRun(options, { kind: 'COLLECTION', verb: 'Reading', isForRedis: true }),
)

export const renewalCommands = [renewSubordinates, renewTrustMarks, collection]
