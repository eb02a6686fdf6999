/** The run that changes many subordinates, or says in a dry run what it would change. */
import { type Difference, findDifferences } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import {
  addMatching,
  type ChangeParameters,
  type SubordinateAction,
} from '#server/jobs/kind/change-parameters.ts'
import { type RunKindRow, wouldChange } from '#server/jobs/kind/row.ts'
import { throwRetryable } from '#server/jobs/kind/subordinates.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import { changeFields } from '#server/plan/source/selection.ts'
import { withTags } from '#server/services/annotation.ts'
import { parsePatch } from '#server/services/patch.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'

export const subordinateChange: RunKindRow = {
  action: 'startSubordinateChange',
  inWords: 'change of many subordinates',
  prepare: (tx, run) => addMatching(tx, run, parametersOf(run).where ?? {}),
  work: changeOne,
  shownParameters(parameters) {
    const { where, ...shown } = parametersOf({ parameters })
    return shown as Prisma.JsonObject // without the condition, which the filter says in words
  },
}

function parametersOf({ parameters }: { parameters: Prisma.JsonValue }): ChangeParameters {
  return parameters as unknown as ChangeParameters // written by changeOptions
}

async function changeOne(context: RunContext, task: Task): Promise<Outcome> {
  const { item, run, caller, isResumed } = task
  const parameters = parametersOf(run)
  const { action, dryRun, reason } = parameters
  const row = item.key && (await context.db.subordinate.findUnique({ where: { id: Number(item.key) } }))
  if (!row) {
    if (item.key && isResumed && action === 'REMOVE') return { message: 'Removed since the run started.' }
    throw new NotFoundError(`${item.resource} is not registered.`)
  }
  const step = await plans[action](context, typedSubordinate(row), parameters, task)
  if (typeof step === 'string') return { message: step, isSkipped: true }
  const named = { ...caller, ...(reason ? { reason } : {}) }
  const perform = (by: Caller) => step.perform(by).catch(throwRetryable)
  const changes = toChanges(step.differences ?? [])
  if (!dryRun) {
    await perform(named)
    return changes
  }
  const found = step.check ? toChanges(await step.check()) : await wouldChange(named, perform)
  return { message: `Would ${step.would}.`, ...found, ...changes }
}

function toChanges(differences: readonly Difference[]): Outcome {
  if (differences.length === 0) return {}
  return { changes: differences.map(({ path, ...values }) => ({ path: formatPath(path), ...values })) }
}

/** The change of one subordinate. */
type Step = {
  /** What it would do, as a sentence without its end: `Would …`. */
  would: string
  /** The differences that it makes, where they are known before. */
  differences?: readonly Difference[]
  /** What a dry run does instead of a rehearsal, where the change follows the entity. @throws OperationError */
  check?(): Promise<readonly Difference[]>
  perform(caller: Caller): Promise<unknown>
}

/** A sentence: there is nothing to do. */
type Plan = (
  context: RunContext,
  subordinate: Subordinate,
  parameters: ChangeParameters,
  task: Task,
) => Promise<Step | string> | Step | string

const plans: Readonly<Record<SubordinateAction, Plan>> = {
  RENEW({ services }, subordinate, _parameters, { run, isResumed }) {
    const { id, active, lastError, lastCheckedAt } = subordinate
    if (!active) return 'It is inactive. Nothing to renew.'
    if (isResumed && lastError === null && lastCheckedAt > run.startedAt)
      return 'Renewed since the run started.'
    return {
      would: 'fetch its Entity Configuration again and sign a new statement',
      check: () => checkRenewal(services, subordinate),
      perform: (caller) => services.subordinates.renew(caller, id),
    }
  },

  DEACTIVATE({ services }, { id, active }) {
    if (!active) return 'It is inactive already.'
    return {
      would: 'remove it from every public endpoint and keep its registration',
      perform: (caller) => services.subordinates.deactivate(caller, id),
    }
  },

  REACTIVATE({ services }, { id, active }) {
    if (active) return 'It is active already.'
    return {
      would: 'sign a new statement and publish it again',
      perform: (caller) => services.subordinates.reactivate(caller, id),
    }
  },

  // A run that an earlier version started says nothing of marks.
  async REMOVE({ db, services }, { id }, { revokesMarks = false }) {
    const marks = revokesMarks ? await db.trustMark.count({ where: { subordinateId: id, active: true } }) : 0
    return {
      would: `remove it from every public endpoint and delete its registration${marks > 0 ? ', and revoke its Trust Marks' : ''}`,
      perform: (caller) => services.subordinates.remove(caller, id, { revokesMarks }),
    }
  },

  async UPDATE({ db, services }, subordinate, { changes = {} }) {
    const { addTags, removeTags, ...settings } = parsePatch(changeFields, changes, await readSettings(db))
    const tags = withTags(subordinate.tags, { add: addTags ?? [], remove: removeTags ?? [] })
    const row: Readonly<Record<string, unknown>> = subordinate
    const differences = Object.entries({ ...settings, tags }).flatMap(([name, value]) =>
      findDifferences(row[name], value, { path: [name] }),
    )
    if (differences.length === 0) return 'It has these settings already.'
    const names = [...new Set(differences.map(({ path }) => path[0]))]
    const given = Object.entries({ ...changes, tags }).filter(([name]) => names.includes(name))
    // Its tags may have changed since they were read; then the item is tried again.
    const input = { id: subordinate.id, version: subordinate.version, ...Object.fromEntries(given) }
    return {
      would: `change ${names.join(', ')}`,
      differences,
      perform: (caller) => services.subordinates.update(caller, input),
    }
  },

  async ISSUE_TRUST_MARK({ db, services, now }, { entityId }, { trustMarkType = '', delegation = null }) {
    const valid = { entityId, active: true, expiresAt: { gt: now() }, trustMarkType: { type: trustMarkType } }
    if (await db.trustMark.findFirst({ where: valid, select: { id: true } }))
      return 'It holds a valid Trust Mark of this type already.'
    return {
      would: `issue a Trust Mark of the type ${trustMarkType} to it`,
      perform: (caller) => services.trustMarks.issue(caller, { trustMarkType, entityId, delegation }),
    }
  },

  async REVOKE_TRUST_MARK({ db, services }, { entityId }, { trustMarkType = '', reason = null }) {
    const where = { entityId, active: true, trustMarkType: { type: trustMarkType } }
    const mark = await db.trustMark.findFirst({ where, select: { id: true } })
    if (!mark) return 'It holds no Trust Mark of this type to revoke.'
    return {
      would: `revoke its Trust Mark of the type ${trustMarkType}`,
      perform: (caller) => services.trustMarks.revoke(caller, mark.id, reason),
    }
  },
}

/** Fetches and checks the configuration as a renewal does. Returns the changes that it would take over. */
async function checkRenewal(
  { subordinates }: RunContext['services'],
  { entityId, jwks, metadata, metadataFollowsEntity }: Subordinate,
): Promise<Difference[]> {
  const examination = await subordinates.inspect({ entityId })
  const { claims } = accepted(examination, { subject: 'id', fields: {} })
  return [
    ...(metadataFollowsEntity
      ? findDifferences(metadata, claims.metadata ?? {}, { path: ['metadata'] })
      : []),
    ...findDifferences(jwks, claims.jwks, { path: ['jwks'] }),
  ]
}
