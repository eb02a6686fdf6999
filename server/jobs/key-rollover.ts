/**
 * Does the next step of the scheduled rollover of the signing key (§11.2), and starts the run that follows a switch. A
 * worker that cannot write the key directory hands the look over to an admin server that can.
 */
import { jobCaller } from '#server/identity/caller.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { startRun } from '#server/jobs/scheduled-runs.ts'

const NAME = 'key-rollover'

export async function advanceRollover(context: ScheduleContext): Promise<ScheduleResult> {
  const { services, queue } = context
  const isReadOnly = (await services.signingKeys.explainReadOnly()) !== null
  if (isReadOnly && (await queue.handOverKeyStep()))
    return { message: 'The admin server looks, because this worker cannot write the key directory.' }
  const startReissue = async () => (await startRun(context, NAME, 'REISSUE_TRUST_MARKS')).runId
  return services.rollover.advance(jobCaller(NAME), startReissue)
}
