/** Runs a worker: executes runs and schedules, next to any number of other workers on the same database. */
import type { FastifyBaseLogger } from 'fastify'
import { startAnswering } from '#server/jobs/answering.ts'
import { type JobQueue, RUN_QUEUE, type RunOrder } from '#server/jobs/queue.ts'
import { executeRun } from '#server/jobs/run-execution.ts'
import type { ScheduleContext } from '#server/jobs/schedule-row.ts'
import { startScheduling } from '#server/jobs/scheduling.ts'
import type { Events } from '#server/live/events.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions } from '#store/questions.ts'

export type Worker = { close(): Promise<void> }

type WorkerDeps = {
  queue: JobQueue
  events: Pick<Events, 'announceRun' | 'subscribeToRuns'>
  context: ScheduleContext
  log: FastifyBaseLogger
  /** Whether it executes schedules besides runs. */
  keepsSchedules: boolean
}

/** Runs of different kinds execute in parallel. */
const RUNS_AT_A_TIME = 3
/** Poll intervals for orders without a notification: of the first taker, and of each other one. */
const POLLING_SECONDS = { first: 2, other: 10 }
const HEARTBEAT_SECONDS = 3

export async function startWorker({
  queue,
  events,
  context,
  log,
  keepsSchedules,
}: WorkerDeps): Promise<Worker> {
  const { boss } = queue
  const closing = new AbortController()
  const takers: string[] = []
  for (let count = 0; count < RUNS_AT_A_TIME; count++) {
    const options = {
      pollingIntervalSeconds: count === 0 ? POLLING_SECONDS.first : POLLING_SECONDS.other,
      heartbeatRefreshSeconds: HEARTBEAT_SECONDS,
    }
    const taker = await boss.work<RunOrder>(RUN_QUEUE, options, async ([order]) => {
      if (!order) return
      const signal = AbortSignal.any([order.signal, closing.signal])
      await executeRun({ context, events, log }, order.data.runId, signal)
    })
    takers.push(taker)
  }
  const announcements = events.subscribeToRuns()[Symbol.asyncIterator]()
  const listening = wakeOnOrders(announcements, () => {
    for (const taker of takers) boss.notifyWorker(taker)
  })
  if (keepsSchedules) await startScheduling(boss, context, log, closing.signal)
  const answering = keepsSchedules ? answer(context, log) : undefined

  return {
    async close() {
      closing.abort()
      await answering?.close()
      await announcements.return?.()
      await listening
    },
  }
}

function answer(context: ScheduleContext, log: FastifyBaseLogger) {
  const { publishing, publisher, redisKeyPrefix, services } = context
  const store = { redis: publishing.redis, prefix: redisKeyPrefix }
  const [questions, pushedKeys] = [createQuestions(store), createPushedKeys(store)]
  return startAnswering({ questions, pushedKeys, answers: services.publicAnswers, publisher, log })
}

async function wakeOnOrders(
  announcements: AsyncIterator<{ isQueued?: boolean }>,
  wake: () => void,
): Promise<void> {
  for (let next = await announcements.next(); !next.done; next = await announcements.next()) {
    if (next.value.isQueued) wake()
  }
}
