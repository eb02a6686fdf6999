/** The dependencies of runs and schedules. */
import type { Gate } from '#federation/gate.ts'
import type { InstallationChanges, ScheduleWriter } from '#server/as-code/kind/row.ts'
import type { JobObserver } from '#server/jobs/observer.ts'
import type { PublishingDeps } from '#server/services/context.ts'
import type { Services } from '#server/services/index.ts'

export type RunContext = Pick<
  PublishingDeps,
  | 'db'
  | 'slug'
  | 'entityId'
  | 'allowHttp'
  | 'mail'
  | 'fetcher'
  | 'reader'
  | 'publishing'
  | 'publisher'
  | 'now'
> & {
  services: Services
  scheduleChanges: ScheduleWriter
  /** Of the first anchor, in a process that executes runs; otherwise null. */
  installationChanges: InstallationChanges | null
  redisKeyPrefix: string
  observe: JobObserver
  /** Limits for how many anchors at a time the process does work that needs much memory. */
  gate: Gate
}
