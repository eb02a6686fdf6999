/** A plan in words: as Markdown for a pull request, and as text. */
import { type Verb, verbs } from '#server/as-code/document.ts'
import { linesOfEffect } from '#server/as-code/effect-in-words.ts'
import { kinds } from '#server/as-code/kinds.ts'
import type { Fault } from '#server/as-code/parse-text.ts'
import type { Plan } from '#server/as-code/plan.ts'
import type { FieldChange, Step } from '#server/as-code/step.ts'
import type { Database } from '#server/database/client.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'

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
  const { steps, unchanged, hash, operations, warnings } = planned.plan
  const subject = subjectOf(planned.plan)
  const warned = warnings.map((each) => `Warning: ${placed(each)}`).join('')
  if (steps.length === 0) return `${warned}${subject}: nothing to do. ${describe(unchanged)}\n`
  const head = `${subject}: ${countsOf(steps)}. ${describe(unchanged)} Plan ${hash}.\n`
  const effect = (await linesOfEffect(planned.db, await planned.effect())).map((line) => `${line}\n`)
  return `${listOf(steps)}\n${warned}${head}${effect.join('')}${approvalOf(operations)}`
}

const placed = ({ file, line, column, message }: Fault) => `${file}:${line}:${column}: ${message}\n`

const faultsToMarkdown = (faults: readonly Fault[]) =>
  `### The configuration files have faults\n\n${listed(faults)}`

const listed = (faults: readonly Fault[]) =>
  faults
    .map(({ file, line, column, message }) => `- \`${file}:${line}:${column}\` ${escapeText(message)}\n`)
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
