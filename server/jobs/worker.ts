/** Runs a worker of an anchor: executes runs and the schedules that are due, next to any number of other workers on the same database. */
import type { FastifyBaseLogger } from 'fastify'
import { jobCaller } from '#server/identity/caller.ts'
import { leaveCall } from '#server/identity/origin.ts'
import { startAnswering } from '#server/jobs/answering.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import { executeRun } from '#server/jobs/run-execution.ts'
import type { ScheduleContext } from '#server/jobs/schedule-row.ts'
import type { ScheduleName } from '#server/jobs/schedules.ts'
import { runSchedule } from '#server/jobs/scheduling.ts'
import type { Events } from '#server/live/events.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions } from '#store/questions.ts'

export type Worker = {
  /** Executes a schedule that is due, unless another worker did, or still does what was due before. */
  runDue(name: ScheduleName, due: Date): Promise<void>
  close(): Promise<void>
}

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

export async function startWorker({
  queue,
  events,
  context,
  log,
  keepsSchedules,
}: WorkerDeps): Promise<Worker> {
  const closing = new AbortController()
  await queue.takeRuns(RUNS_AT_A_TIME, (order, signal) =>
    leaveCall(executeRun, { context, events, log }, order.runId, AbortSignal.any([signal, closing.signal])),
  )
  const announcements = events.subscribeToRuns()[Symbol.asyncIterator]()
  const listening = wakeOnOrders(announcements, queue.wake)
  const answering = keepsSchedules ? answer(context, log) : undefined

  return {
    runDue: (name, due) => leaveCall(runSchedule, context, name, log, closing.signal, due),
    async close() {
      closing.abort()
      await answering?.close()
      await announcements.return?.()
      await listening
    },
  }
}

/** Takes the looks at the rollover that workers hand over, and hands none over itself. */
export function keepKeys(queue: JobQueue, context: ScheduleContext, log: FastifyBaseLogger): Promise<void> {
  const keeping = { ...context, queue: { handOverKeyStep: async () => false } }
  return queue.takeKeySteps((_order, signal) => leaveCall(runSchedule, keeping, 'key-rollover', log, signal))
}

function answer(context: ScheduleContext, log: FastifyBaseLogger) {
  const { publishing, publisher, redisKeyPrefix, services, runs } = context
  const store = { redis: publishing.redis, prefix: redisKeyPrefix }
  const [questions, pushedKeys] = [createQuestions(store), createPushedKeys(store)]
  const onChanged = () => runs.crawl(jobCaller('member-change'))
  return startAnswering({ questions, pushedKeys, answers: services.publicAnswers, publisher, onChanged, log })
}

async function wakeOnOrders(
  announcements: AsyncIterator<{ isQueued?: boolean }>,
  wake: () => void,
): Promise<void> {
  for (let next = await announcements.next(); !next.done; next = await announcements.next()) {
    if (next.value.isQueued) wake()
  }
}
