/** The run that republishes everything. The published data stays until the new data is complete. */

import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import type { Outcome } from '#server/jobs/task.ts'

export const rebuild: RunKindRow = {
  action: 'startRebuild',
  isSingle: true,
  prepare: (tx, { id: runId }, { entityId }) => tx.runItem.create({ data: { runId, resource: entityId } }),
  work: writeEverything,
}

async function writeEverything({ publisher }: RunContext): Promise<Outcome> {
  const { subordinates, trustMarks, milliseconds } = await publisher.rebuild()
  const seconds = (milliseconds / 1000).toFixed(1)
  return { message: `${subordinates} subordinates and ${trustMarks} Trust Marks published in ${seconds} s` }
}
