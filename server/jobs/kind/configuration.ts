/** The run that applies a plan, an object at a time; a dry run says what it would do. */
import { isJsonObject } from '#core/json.ts'
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import { forgetOwned } from '#server/as-code/ownership.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { type RunItemInput, type RunKindRow, wouldChange } from '#server/jobs/kind/row.ts'
import { throwRetryable } from '#server/jobs/kind/subordinates.ts'
import { isDryRun, type Outcome, type Task } from '#server/jobs/task.ts'
import { remainingOf } from '#server/plan/apply.ts'
import { checkMember } from '#server/plan/kind/members.ts'
import { kinds } from '#server/plan/kinds.ts'
import { plannedStateOf } from '#server/plan/planned-state.ts'
import type { Verb } from '#server/plan/section.ts'
import { shownStep } from '#server/plan/shown-step.ts'
import type { ChangeAction } from '#server/plan/source/selection.ts'
import { nameOfStep, type Step, stepNamed } from '#server/plan/step.ts'
import type { Finding } from '#server/plan/wanted.ts'

export type PlanParameters = {
  /** What it was made of, as the input names it; absent: files. */
  source?: string
  /** The hash of the plan. */
  plan: string
  /** What a selection does to each member. */
  action?: ChangeAction
  /** The anchor whose members are promoted, as the caller named it. */
  from?: string
  /** The commit of the files, as the caller gave it. */
  commit?: string
  /** Why, as the caller said it. */
  reason?: string
  dryRun?: boolean
  /** Each object for itself: one that is refused does not stop the others. */
  isIndependent?: boolean
  /** The homes of organizations where the caller was an operator when the run began. */
  homes?: string[]
  /** The protected operations that the plan amounts to. */
  operations: string[]
  /** The steps as a second person approves them, at most a page. */
  steps: Prisma.InputJsonArray
}

/** An object of the source for which the plan has no step: the item says why. */
type LeftAlone = {
  left: string
  /** It was refused: the item fails. */
  isRefused: boolean
}

export const configuration: RunKindRow = {
  action: 'applyConfiguration',
  inWords: 'application of a plan',
  apartBy: 'source',
  phaseOf,
  atATime,
  check,
  work,
}

/** `left`: what an independent source leaves alone. */
export function planItems(steps: readonly Step[], left: readonly Finding[]): RunItemInput[] {
  return [...steps.map(itemOf), ...left.map(leftItemOf)]
}

function itemOf(step: Step): RunItemInput {
  return {
    key: nameOfStep(step),
    resource: shownStep(step).key || kinds[step.section].noun,
    input: step as unknown as Prisma.InputJsonObject, // JSON of a source and of rows
  }
}

/** Characters of a line that the run shows. */
const SHOWN_LENGTH = 2048

function leftItemOf({ object: { section, key }, message, isLeft }: Finding): RunItemInput {
  const input: LeftAlone = { left: message, isRefused: isLeft !== true }
  return { key: section, resource: key.slice(0, SHOWN_LENGTH) || kinds[section].noun, input }
}

/** Most of the time a new member waits for its entity. Those that are ready at the same time are written together. */
const NEW_AT_A_TIME = 64
const AT_A_TIME = 8

function atATime({ key }: RunItem): number {
  return key === nameOfStep({ section: 'members', verb: 'CREATE' }) ? NEW_AT_A_TIME : AT_A_TIME
}

/** An organization exists before its members do, and anchors are created one after the other. */
function phaseOf({ key, resource }: RunItem): string {
  return stepNamed(key)?.section === 'anchors' ? `${key} ${resource}` : key
}

const parametersOf = ({ parameters }: Pick<Run, 'parameters'>) => parameters as unknown as PlanParameters // as the start of the run wrote them
function leftAlone({ input }: Pick<RunItem, 'input'>): LeftAlone | null {
  return isJsonObject(input) && 'left' in input ? (input as LeftAlone) : null // as the start of the run wrote it
}

const stepOf = ({ input }: Pick<RunItem, 'input'>) => input as unknown as Step // as the start of the run wrote it

/** Members are fetched and examined under the settings that the plan leads to; other objects were checked by the plan. */
async function check(context: RunContext, { item, run }: Task): Promise<void> {
  const step = stepOf(item)
  const remaining = await remainingOf({ ...context, reason: null }, step)
  if ('done' in remaining || step.section !== 'members' || step.verb === 'REMOVE') return
  const settings = await plannedSettings(context, run)
  await checkMember(context, step, settings).catch(throwRetryable)
}

const planned = new WeakMap<Run, Promise<Settings>>()

function plannedSettings({ db }: RunContext, run: Run): Promise<Settings> {
  const known = planned.get(run)
  if (known) return known
  const sections = ['settings', 'metadataPolicy'] as const
  const where = {
    runId: run.id,
    key: { in: sections.map((section) => nameOfStep({ section, verb: 'CHANGE' })) },
  }
  const found = db.runItem.findMany({ where }).then(async (items) => ({
    ...(await readSettings(db)),
    ...plannedStateOf(items.map(stepOf)).settings,
  }))
  planned.set(run, found)
  return found
}

const words: Readonly<Record<Verb, string>> = { CREATE: 'create', CHANGE: 'change', REMOVE: 'remove' }

async function work(context: RunContext, task: Task): Promise<Outcome> {
  const alone = leftAlone(task.item)
  if (alone?.isRefused) throw new InvalidInputError(alone.left)
  if (alone) return { message: alone.left, isSkipped: true }
  const step = stepOf(task.item)
  const { section, verb } = step
  const { noun, note } = kinds[section]
  const { changes } = shownStep(step)
  const notes = verb === 'CREATE' && note !== undefined ? { message: note } : {}
  const { reason = null } = parametersOf(task.run)
  const remaining = await remainingOf({ ...context, reason }, step)
  if ('done' in remaining) return { message: remaining.done, isSkipped: true }
  const caller = callerOf(task)
  const { perform, check } = remaining
  const change = (by: Caller) => (check ? perform(by) : perform(by).catch(throwRetryable))
  if (!isDryRun(task)) {
    await change(caller)
    if (verb === 'REMOVE') await forgetOwned(context.db, step)
    return { changes, ...notes }
  }
  const names = verb === 'CHANGE' ? Object.keys(step.fields).join(', ') : ''
  const message = `Would ${words[verb]} the ${noun}${names && `: ${names}`}`
  if (remaining.waitsFor !== null)
    return { message: `${message}, after the ${remaining.waitsFor}, which another step creates.`, changes }
  // One that would be refused fails.
  await check?.(caller)
  const { effect } = check ? {} : await wouldChange(caller, change)
  return {
    message: [`${message}.`, ...Object.values(notes)].join(' '),
    changes,
    ...(effect === undefined ? {} : { effect }),
  }
}

/** With the rights that were checked when the run began. The audit entry of each object has the reason. */
function callerOf({ caller, run }: Task): Caller {
  const { source = 'files', plan, commit, homes = [], reason: given } = parametersOf(run)
  const anchors = new Map(homes.map((slug) => [slug, 'operator' as const]))
  const reason = given ?? (commit === undefined ? `Plan ${plan}.` : `Plan ${plan} of commit ${commit}.`)
  const grants = { installation: null, anchors, only: null, limit: null }
  return { ...caller, grants, reason, ...(source === 'files' ? { appliesFiles: true } : {}) }
}
