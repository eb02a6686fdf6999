/** The run that changes many subordinates, or says in a dry run what it would change. */
import type { Difference } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { plans } from '#server/jobs/kind/change/action.ts'
import type { ChangeParameters } from '#server/jobs/kind/change/parameters.ts'
import { addMatching } from '#server/jobs/kind/change/subjects.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { throwRetryable } from '#server/jobs/kind/subordinates.ts'
import { wouldChange } from '#server/jobs/kind/would-change.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'

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
  const perform = () => step.perform(named).catch(throwRetryable)
  const changes = toChanges(step.differences ?? [])
  if (!dryRun) {
    await perform()
    return changes
  }
  const found = step.check ? toChanges(await step.check()) : await wouldChange(perform)
  return { message: `Would ${step.would}.`, ...found, ...changes }
}

function toChanges(differences: readonly Difference[]): Outcome {
  if (differences.length === 0) return {}
  return { changes: differences.map(({ path, ...values }) => ({ path: formatPath(path), ...values })) }
}
