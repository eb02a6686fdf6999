/** What runs and schedules report to the metrics. */
import type { RenewalRun } from '#prisma/generated/client/client.ts'
import type { Ledger } from '#server/jobs/run-ledger.ts'
import type { DriftKind } from '#server/publish/drift/drift.ts'

export type JobObserver = {
  /** The same ledger, watched. */
  ledger(ledger: Ledger, run: RenewalRun): Ledger
  /** A schedule succeeded or failed, after so many seconds. */
  scheduleEnded(schedule: string, hasSucceeded: boolean, seconds: number): void
  driftFound(count: Readonly<Record<DriftKind, number>>): void
}
