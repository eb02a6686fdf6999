/** `inmor keys schedule`: the scheduled rollover of the signing key. */
import { Option } from 'commander'
import { signingAlgorithms } from '#core/keys.ts'
import { storePlaces } from '#federation/key-store/store.ts'
import { plural } from '#server/alerts/alert.ts'
import { changesOf, resetOption, versionOption } from '#server/cli/fields.ts'
import { withKeys } from '#server/cli/key-services.ts'
import type { AnchorOptions } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { parseNumber } from '#server/cli/parse.ts'
import type { RolloverView } from '#server/services/signing-key/rollover/rollovers.ts'

/** By the names of the options. */
const fields = { months: 'months', alg: 'alg', noticeDays: 'noticeDays', hold: 'isHeld' } as const

type ScheduleOptions = AnchorOptions & {
  months?: number
  alg?: string
  noticeDays?: number
  hold?: boolean
  reset?: string[]
  ifVersion?: number
}

export const schedule = command(
  'schedule',
  'show the scheduled rollover, or change it: the worker does each step when it is safe',
)
  .addOption(
    new Option('--months <number>', 'the age in months at which the current key is replaced').argParser(
      parseNumber,
    ),
  )
  .addOption(
    new Option(
      '--alg <algorithm>',
      'the algorithm of the next key (default: that of the current key)',
    ).choices(signingAlgorithms),
  )
  .addOption(
    new Option('--notice-days <number>', 'the days from the notice of a step to the step').argParser(
      parseNumber,
    ),
  )
  .option('--hold', 'do no step until --no-hold')
  .option('--no-hold', 'go on, after a new notice')
  .addOption(resetOption(['months', 'alg', 'notice-days']))
  .addOption(versionOption())
  .action(async ({ ifVersion, json, anchor, ...given }: ScheduleOptions) => {
    const options = { ...(json && { json }), ...(anchor !== undefined && { anchor }) }
    const isRead = Object.keys(given).length === 0 && ifVersion === undefined
    const shown = isRead
      ? await withKeys(options, ({ rollover }) => rollover.read())
      : await change(options, changesOf(given, fields), ifVersion)
    print(options, bodyOf(shown), linesOf(shown))
  })

function change(
  options: AnchorOptions,
  changes: ReturnType<typeof changesOf<ScheduleOptions, typeof fields>>,
  version: number | undefined,
) {
  return withKeys(options, ({ rollover }, { caller }) => rollover.schedule(caller, { ...changes, version }), {
    action: 'scheduleRollover',
    input: changes,
  })
}

function bodyOf({ next, ...settings }: RolloverView) {
  const { step = null, kid = null, at = null, store = null, waitsFor = null } = next ?? {}
  return { ...settings, nextStep: step, nextStepKid: kid, nextStepAt: at, nextStepStore: store, waitsFor }
}

function linesOf({ months, alg, noticeDays, isHeld, version, next }: RolloverView): string {
  if (months === null) return `No rollover is scheduled. Set --months. (version ${version})`
  const plan = `Every ${plural(months, 'month')}, ${alg ?? 'with the algorithm of the current key'}, ${plural(noticeDays, 'day')} of notice${isHeld ? ', held' : ''} (version ${version}).`
  if (!next) return plan
  const time = next.at === null ? 'when that is safe' : `on ${next.at.toISOString()} at the earliest`
  const wait = next.waitsFor ?? 'The worker does it within the hour.'
  const place = next.store ? ` (in ${storePlaces[next.store]})` : ''
  return `${plan}\nNext: ${stepWords[next.step]} ${next.kid}, ${time}${place}.\n${wait}`
}

const stepWords: Readonly<Record<NonNullable<RolloverView['next']>['step'], string>> = {
  ANNOUNCE: 'announce the key that follows',
  SWITCH: 'switch to the key',
  REISSUE: 'sign the Trust Marks again with the key',
  RETIRE: 'retire the key',
}
