/** The run that evaluates every subordinate under the present policy and constraints, from what is stored. */
import { setImmediate } from 'node:timers/promises'
import { readSettings } from '#server/database/settings.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'

/** Named as items of the run; the list of subordinates has all. */
const NAMED = 1_000

export const evaluation: RunKindRow = {
  action: 'startEvaluation',
  isSingle: true,
  prepare: (tx, { id: runId }, { entityId }) =>
    tx.renewalRunItem.create({ data: { runId, resource: entityId } }),
  work: evaluate,
}

/** The settings of the beginning apply to all. If they change meanwhile, another run follows (runs.ts). */
async function evaluate({ db, services }: RunContext, { signal, onFound }: Task): Promise<Outcome> {
  const settings = await readSettings(db)
  const failures: { resource: string; message: string }[] = []
  let examined = 0
  let count = 0
  for (let after: number | null = 0; after !== null; ) {
    signal.throwIfAborted()
    const page = await services.subordinates.evaluatePage(settings, after)
    examined += page.examined
    count += page.unresolvable.length
    for (const { entityId, message } of page.unresolvable.slice(0, NAMED - failures.length))
      failures.push({ resource: entityId, message })
    onFound(examined)
    after = page.last
    await setImmediate()
  }
  const { statementVersion: evaluatedVersion } = settings
  await db.settings.updateMany({ data: { evaluatedVersion } })
  return { message: `${examined} evaluated, ${count} do not resolve`, total: 1 + failures.length, failures }
}
