/** What a schedule is made of: its context and its result. */
import type { Database } from '#server/database/client.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import type { Runs } from '#server/jobs/runs.ts'

export type ScheduleContext = RunContext & {
  runs: Runs
  /** The database of the installation, for the first anchor, which also does the work of the installation. */
  installation: Database | null
  queue: Pick<JobQueue, 'handOverKeyStep' | 'countWorkers'>
}

export type ScheduleResult = {
  /** The result as a sentence. */
  message: string
  /** The run that does the work. */
  runId?: number
  /** It did its work and found a fault that an operator has to fix. */
  isFault?: boolean
}

export type ScheduleRow = {
  description: string
  /** The default. */
  cron: string
  run(context: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult>
  /** It is work of the installation, which the first anchor does. */
  isOfInstallation?: true
  /** By default, each anchor does it at another minute of the hour. */
  isSpread?: true
}
