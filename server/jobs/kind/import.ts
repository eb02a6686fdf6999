/** The run that registers a list of entities, each independently. */

import { ConflictError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import type { RegisterInput } from '#server/services/subordinate/subordinates.ts'

export const importing: RunKindRow = { action: 'importSubordinates', work: register }

async function register({ db, services }: RunContext, task: Task): Promise<Outcome> {
  const input = task.item.input as RegisterInput // as received; registration parses every field
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
