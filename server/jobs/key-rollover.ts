/** Does the next step of the scheduled rollover of the signing key (§11.2), and starts the run that follows a switch. */
import { jobCaller } from '#server/identity/caller.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { startRun } from '#server/jobs/scheduled-runs.ts'

const NAME = 'key-rollover'

export function advanceRollover(context: ScheduleContext): Promise<ScheduleResult> {
  const startReissue = async () => (await startRun(context, NAME, 'REISSUE_TRUST_MARKS')).runId
  return context.services.rollover.advance(jobCaller(NAME), startReissue)
}
