/** The run that registers a list of entities, each independently, or says in a dry run which ones it would register. */

import { ConflictError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { wouldChange } from '#server/jobs/kind/would-change.ts'
import { isDryRun, type Outcome, type Task } from '#server/jobs/task.ts'
import type { ImportedEntity } from '#server/services/subordinate/import.ts'

/** Most of the time an item waits for its entity. Those that are ready at the same time are written together. */
const AT_A_TIME = 64

export const importing = {
  action: 'importSubordinates',
  work: register,
  atATime: AT_A_TIME,
} as const satisfies RunKindRow

async function register({ db, services }: RunContext, task: Task): Promise<Outcome> {
  const { isDuplicate, ...input } = task.item.input as ImportedEntity // as received; registration parses every field
  if (isDuplicate) return { message: 'An earlier line names the same entity.', isSkipped: true }
  if (isDryRun(task)) {
    const shown = await wouldChange(() => services.subordinates.register(task.caller, input))
    return { message: 'Would register it and publish a statement about it.', ...shown }
  }
  try {
    await services.subordinates.register(task.caller, input)
    return {}
  } catch (error) {
    if (!(error instanceof ConflictError) || !task.isResumed) throw error
    const row = await db.subordinate.findUnique({ where: { entityId: input.entityId } })
    if (!row || row.registeredAt < task.run.startedAt) throw error
    return { message: 'Already registered since the run started.' }
  }
}
