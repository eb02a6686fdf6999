/** Checks every item of a run before the first one is worked on, so that all of them are done or none is. */
import { setTimeout } from 'node:timers/promises'
import type { Run, RunItem } from '#prisma/generated/client/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'
import type { Ledger } from '#server/jobs/run-ledger.ts'
import { isDryRun, type Task } from '#server/jobs/task.ts'

type Parts = {
  context: RunContext
  ledger: Pick<Ledger, 'openItems'>
  signal: AbortSignal
  atATime: number
  /** Finds out whether an item would be refused. @throws OperationError: it would be */
  check(context: RunContext, task: Task): Promise<void>
  taskOf(item: RunItem): Task
  refuse(item: RunItem, message: string): Promise<void>
}

/** Why the run changes nothing; null: no item would be refused, or some are done already. */
export async function findRefusal(run: Run, parts: Parts): Promise<string | null> {
  if (isDryRun({ run }) || run.done > 0) return null
  let refused = run.failed // by an earlier worker, which ended before all were checked
  for (let after = 0; ; ) {
    const items = await parts.ledger.openItems(after)
    const last = items.at(-1)
    if (!last) break
    await inParallel(items, parts.atATime, parts.signal, async (item) => {
      const message = await refusalOf(parts.taskOf(item), parts)
      if (message === null) return
      refused += 1
      await parts.refuse(item, message)
    })
    after = last.id
  }
  if (refused === 0) return null
  const all = await parts.context.db.runItem.count({ where: { runId: run.id } })
  return `Nothing was changed: ${refused} of ${all} would be refused. Each says why.`
}

/** The message of a refusal; null: nothing is known against it. A temporary failure is met again before it counts. */
async function refusalOf(task: Task, { check, context, signal }: Parts): Promise<string | null> {
  for (let attempts = 0; ; attempts++) {
    try {
      await check(context, task)
      return null
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      if (!error.isRetryable || attempts + 1 >= TRIES) return error.message
      await setTimeout(retryDelay(attempts), undefined, { signal })
    }
  }
}

/** The maximum of attempts. */
export const TRIES = 3
const FIRST_DELAY_MS = 2_000

/**
 * Milliseconds. Doubles with each attempt, minus up to half at random, so that simultaneous failures are not retried at the same
 * time.
 */
export function retryDelay(attempts: number): number {
  return FIRST_DELAY_MS * 2 ** attempts * (1 - Math.random() / 2)
}
