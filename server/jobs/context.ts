/** The dependencies of runs and schedules. */
import type { Gate } from '#federation/gate.ts'
import type { Run } from '#prisma/generated/client/client.ts'
import type { Ledger } from '#server/jobs/run-ledger.ts'
import type { InstallationChanges, ScheduleWriter } from '#server/plan/kind/row.ts'
import type { DriftKind } from '#server/publish/drift/drift.ts'
import type { PublishingDeps } from '#server/services/context.ts'
import type { Services } from '#server/services/index.ts'
import type { CheckOutcome } from '#server/services/subordinate/check.ts'

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

/** Callbacks of runs and schedules for metrics. */
export type JobObserver = {
  /** Wraps a ledger to observe it. */
  ledger(ledger: Ledger, run: Run): Ledger
  /** A schedule ended; the duration is in seconds. */
  scheduleEnded(schedule: string, hasSucceeded: boolean, seconds: number): void
  /** A subordinate was checked by the clock. */
  checked(result: CheckOutcome['result']): void
  driftFound(count: Readonly<Record<DriftKind, number>>): void
}
