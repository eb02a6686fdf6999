/** A plan and its effect in words: as Markdown for a pull request, and as text. */
import { formatPath } from '#core/path.ts'
import type { Database } from '#server/database/client.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Fault, Plan } from '#server/plan/plan.ts'
import { type Verb, verbs } from '#server/plan/section.ts'
import type { FieldChange, Step } from '#server/plan/step.ts'
import type { EndingMarks } from '#server/services/effect/ending-marks.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'
import { type PlaceCounts, type PlanGroup, readEntities } from '#server/services/effect/tally.ts'

/** A pull request has room for some; the first ones say what it is about. */
const MAXIMUM_STEPS = 200
const MAXIMUM_CHANGES = 20
const MAXIMUM_NAMES = 200
const MAXIMUM_LENGTH = 200

const signs: Readonly<Record<Verb, string>> = { CREATE: '+', CHANGE: '~', REMOVE: '-' }
const words: Readonly<Record<Verb, string>> = {
  CREATE: 'to create',
  CHANGE: 'to change',
  REMOVE: 'to remove',
}

/** A plan with its effect, which is computed once, where it is asked for; or what is wrong with the files. */
export type Planned =
  | { db: Database; plan: Plan; effect(): Promise<PlanEffect> }
  | { faults: readonly Fault[] }

export const toMarkdown = async (planned: Planned): Promise<string> =>
  'plan' in planned
    ? planToMarkdown(
        planned.plan,
        await linesOfEffect(planned.db, await planned.effect(), { names: MAXIMUM_NAMES }),
      )
    : faultsToMarkdown(planned.faults)

/** The same for a terminal. */
export async function toText(planned: Planned): Promise<string> {
  if ('faults' in planned) return planned.faults.map(placed).join('')
  const { steps, unchanged, hash, operations, warnings, left } = planned.plan
  const subject = subjectOf(planned.plan)
  const rest = left - warnings.length
  const warned = [
    ...warnings.map((each) => `Warning: ${placed(each)}`),
    ...(rest > 0 ? [`Warning: ${rest} more objects are left alone.\n`] : []),
  ].join('')
  if (steps.length === 0) return `${warned}${subject}: nothing to do. ${describe(unchanged)}\n`
  const head = `${subject}: ${countsOf(steps)}. ${describe(unchanged)} Plan ${hash}.\n`
  const effect = (await linesOfEffect(planned.db, await planned.effect())).map((line) => `${line}\n`)
  return `${listOf(steps)}\n${warned}${head}${effect.join('')}${approvalOf(operations)}`
}

const placed = ({ file, line, column, message }: Fault) =>
  file === '' ? `${message}\n` : `${file}:${line}:${column}: ${message}\n`

const faultsToMarkdown = (faults: readonly Fault[]) =>
  `### The configuration files have faults\n\n${listed(faults)}`

const listed = (faults: readonly Fault[]) =>
  faults
    .map(({ file, line, column, message }) => {
      const place = file === '' ? '' : `\`${file}:${line}:${column}\` `
      return `- ${place}${escapeText(message)}\n`
    })
    .join('')

const subjectOf = ({ anchor }: Plan) => anchor ?? 'the installation'

function planToMarkdown(plan: Plan, effect: string[]): string {
  const { steps, unchanged, hash, operations, warnings } = plan
  const warned = warnings.length > 0 ? `\n**Left alone:**\n\n${listed(warnings)}` : ''
  const subject = plan.anchor === null ? subjectOf(plan) : `\`${plan.anchor}\``
  if (steps.length === 0) return `### Plan for ${subject}: nothing to do\n\n${describe(unchanged)}\n${warned}`
  const head = `### Plan for ${subject}: ${countsOf(steps)}\n\n${describe(unchanged)} Plan \`${hash}\`.\n`
  const lines = effect.map((line) =>
    line.replace(/^( *)(.*)$/s, (_, indent, text) => `${indent}- ${escapeText(text)}\n`),
  )
  const list = lines.length > 0 ? `\n${lines.join('')}\n` : ''
  return `${head}${warned}${list}${approvalOf(operations)}\n\`\`\`diff\n${listOf(steps)}\`\`\`\n`
}

const describe = (unchanged: number) =>
  unchanged === 1 ? '1 object is as described.' : `${unchanged} objects are as described.`

function countsOf(steps: readonly Step[]): string {
  const counts = verbs.flatMap((verb) => {
    const count = steps.filter((step) => step.verb === verb).length
    return count > 0 ? [`${count} ${words[verb]}`] : []
  })
  return counts.join(', ')
}

const approvalOf = (operations: Plan['operations']) =>
  operations.length > 0 ? `Where it is protected, a second person approves: ${operations.join(', ')}.\n` : ''

function listOf(steps: readonly Step[]): string {
  const rest = steps.length > MAXIMUM_STEPS ? [`and ${steps.length - MAXIMUM_STEPS} more steps`] : []
  return [...steps.slice(0, MAXIMUM_STEPS).map(stepToText), ...rest].map((line) => `${line}\n`).join('')
}

function stepToText({ section, key, verb, changes }: Step): string {
  const head = `${signs[verb]} ${kinds[section].noun}${key === '' ? '' : ` ${oneLine(key)}`}`
  const lines = changes.slice(0, MAXIMUM_CHANGES).map((change) => `    ${changeToText(change)}`)
  const rest = changes.length > MAXIMUM_CHANGES ? [`    and ${changes.length - MAXIMUM_CHANGES} more`] : []
  const { note } = kinds[section]
  const notes = verb === 'CREATE' && note ? [`    # ${note}`] : []
  return [head, ...lines, ...rest, ...notes].join('\n')
}

function changeToText({ path, before, after }: FieldChange): string {
  if (before === null) return `${path}: ${shorten(after)}`
  return `${path}: ${shorten(before)} -> ${shorten(after)}`
}

function shorten(value: unknown): string {
  const text = oneLine(value === null ? 'none' : JSON.stringify(value))
  return text.length > MAXIMUM_LENGTH ? `${text.slice(0, MAXIMUM_LENGTH)}…` : text
}

/** It stays within its line, and ends no block. */
const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ').replace(/```/g, "'''")
const escapeText = (text: string) => oneLine(text).replace(/([\\`*_<>[\]|])/g, '\\$1')

/** Lines of a kind, and names in a line. */
const MAXIMUM_GROUPS = 20
const MAXIMUM_EXAMPLES = 5
const MAXIMUM_VALUE = 100

/** Empty: it does nothing to members and marks. `names`: how many of those that stop to resolve, all by default. */
export async function linesOfEffect(
  db: Database,
  effect: PlanEffect,
  { names = Number.POSITIVE_INFINITY }: { names?: number } = {},
): Promise<string[]> {
  const { stops, starts, changes, marksEnd, newMembers, fetchedMembers, isComplete } = effect
  return [
    ...numbersOf(effect),
    ...stops.map((group) => `Stop to resolve: ${sizeOf(group)}. ${group.reason ?? ''}`.trim()),
    ...some(starts.map((group) => `Start to resolve: ${named(group)}.`)),
    ...some(changes.map((group) => `Change: ${named(group)}. ${changeOf(group)}`)),
    ...some(marksEnd.map(endOf)),
    ...unreadOf(effect),
    ...(newMembers.count > 0 ? [`New, and examined when the plan is applied: ${newMembers.count}.`] : []),
    ...(fetchedMembers > 0
      ? [`Fetched and examined again when the plan is applied: ${fetchedMembers}.`]
      : []),
    ...(isComplete ? [] : ['Not all entities were examined, because it took too long.']),
    ...(await whoStops(db, stops, names)),
  ]
}

function numbersOf({ members, below }: PlanEffect): string[] {
  const places = [numbersIn('Members', members), numbersIn('Entities below Intermediates', below)]
  return places.filter((line) => line !== null)
}

function unreadOf({ unread: { count, examples }, crawledAt }: PlanEffect): string[] {
  if (count === 0) return []
  const names = examples.slice(0, MAXIMUM_EXAMPLES).join(', ') + (count > MAXIMUM_EXAMPLES ? ', …' : '')
  const why = crawledAt
    ? `because the last crawl, of ${crawledAt.toISOString()}, read nothing there`
    : 'because there was no crawl'
  return [`Unknown: entities below ${count} Intermediate${count === 1 ? '' : 's'} (${names}), ${why}.`]
}

function numbersIn(title: string, { stops, starts, changes, unknown }: PlaceCounts): string | null {
  if (stops + starts + changes + unknown === 0) return null
  const others = unknown > 0 ? `, ${unknown} unknown` : ''
  return `${title}: ${stops} stop to resolve, ${starts} start to, ${changes} change${others}.`
}

async function whoStops(db: Database, groups: readonly PlanGroup[], limit: number): Promise<string[]> {
  const lines: string[] = []
  let shown = 0
  for (const group of groups) {
    const found = await readEntities(db, group, 0, limit - shown)
    const title = group.path.length > 0 ? formatPath(group.path) : (group.reason ?? '').replace(/\.$/, '')
    if (found.length > 0) lines.push(`Who stops, ${title}:`)
    lines.push(...found.map(({ entityId }) => `  ${entityId}`))
    shown += found.length
  }
  const hidden = groups.reduce((sum, { count }) => sum + count, -shown)
  return hidden > 0 ? [...lines, `And ${hidden} more.`] : lines
}

const some = (lines: readonly string[]) =>
  lines.length > MAXIMUM_GROUPS
    ? [...lines.slice(0, MAXIMUM_GROUPS), `And ${lines.length - MAXIMUM_GROUPS} more groups.`]
    : lines

function sizeOf({ place, count }: PlanGroup): string {
  const nouns =
    place === 'MEMBER'
      ? ['member', 'members']
      : ['entity below an Intermediate', 'entities below Intermediates']
  return `${count} ${count === 1 ? nouns[0] : nouns[1]}`
}

function named(group: PlanGroup): string {
  const names = group.examples.slice(0, MAXIMUM_EXAMPLES).map(({ entityId }) => entityId)
  return `${sizeOf(group)} (${names.join(', ')}${group.count > names.length ? ', …' : ''})`
}

function changeOf({ path, before, after, isMixed }: PlanGroup): string {
  const name = formatPath(path)
  return isMixed
    ? `${name}: different values.`
    : `${name}: ${valueInWords(before)} -> ${valueInWords(after)}.`
}

function valueInWords(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value)
  return text.length > MAXIMUM_VALUE ? `${text.slice(0, MAXIMUM_VALUE)}…` : text
}

function endOf({ trustMarkType, count, examples }: EndingMarks): string {
  const names = examples.slice(0, MAXIMUM_EXAMPLES).join(', ')
  return `End: ${count} Trust Mark${count === 1 ? '' : 's'} of the type ${trustMarkType} (${names}${count > MAXIMUM_EXAMPLES ? ', …' : ''}).`
}
