/** Callbacks of runs and schedules for metrics. */
import type { Run } from '#prisma/generated/client/client.ts'
import type { Ledger } from '#server/jobs/run-ledger.ts'
import type { DriftKind } from '#server/publish/drift/drift.ts'
import type { CheckOutcome } from '#server/services/subordinate/check.ts'

export type JobObserver = {
  /** Wraps a ledger to observe it. */
  ledger(ledger: Ledger, run: Run): Ledger
  /** A schedule ended; the duration is in seconds. */
  scheduleEnded(schedule: string, hasSucceeded: boolean, seconds: number): void
  /** A subordinate was checked by the clock. */
  checked(result: CheckOutcome['result']): void
  driftFound(count: Readonly<Record<DriftKind, number>>): void
}
