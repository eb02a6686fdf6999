/** The run that evaluates every entity under the present policy and constraints, from what is stored. */
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
  prepare: (tx, { id: runId }, { entityId }) => tx.runItem.create({ data: { runId, resource: entityId } }),
  work: evaluate,
}

/** Members, if a user asks or the settings changed, then the entities below Intermediates. */
async function evaluate(context: RunContext, task: Task): Promise<Outcome> {
  const { evaluatedVersion, statementVersion } = await readSettings(context.db)
  const failures: { resource: string; message: string }[] = []
  const name = (found: { entityId: string; message: string }[]) => {
    for (const { entityId, message } of found.slice(0, NAMED - failures.length))
      failures.push({ resource: entityId, message })
  }
  const isAskedFor = task.run.startedMethod !== 'job'
  const members = { examined: 0, count: 0 }
  if (isAskedFor || evaluatedVersion !== statementVersion) await evaluateMembers(context, task, members, name)
  const below = { examined: 0, count: 0 }
  await context.services.collection.evaluate({
    signal: task.signal,
    onPage({ examined, unresolvable }) {
      below.examined += examined
      below.count += unresolvable.length
      name(unresolvable)
      task.onFound(members.examined + below.examined)
    },
  })
  const first = `${members.examined} evaluated, ${members.count} do not resolve`
  const message = `${first}; below Intermediates ${below.examined} evaluated, ${below.count} do not resolve`
  return { message: below.examined > 0 ? message : first, total: 1 + failures.length, failures }
}

/** The settings of the beginning apply to all. If they change meanwhile, another run follows (runs.ts). */
async function evaluateMembers(
  { db, services }: RunContext,
  { signal, onFound }: Task,
  sum: { examined: number; count: number },
  name: (found: { entityId: string; message: string }[]) => void,
): Promise<void> {
  const settings = await readSettings(db)
  for (let after: number | null = 0; after !== null; ) {
    signal.throwIfAborted()
    const page = await services.subordinates.evaluatePage(settings, after)
    sum.examined += page.examined
    sum.count += page.unresolvable.length
    name(page.unresolvable)
    onFound(sum.examined)
    after = page.last
    await setImmediate()
  }
  const { statementVersion: evaluatedVersion } = settings
  // Not a change of the settings: `updatedAt` stays.
  await db.$executeRaw`UPDATE "Settings" SET "evaluatedVersion" = ${evaluatedVersion}`
}
