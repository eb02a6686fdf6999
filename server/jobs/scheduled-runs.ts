/** The schedules whose work is a run. */
import { Prisma } from '#prisma/generated/client/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { RunOptions } from '#server/jobs/kind/row.ts'
import { anyDueSubordinates } from '#server/jobs/kind/subordinates.ts'
import { dueTrustMarks } from '#server/jobs/kind/trust-marks.ts'
import type { RunKind } from '#server/jobs/run-kinds.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { futureOf, republishFutureStatements } from '#server/publish/age.ts'

export async function republishFuture(context: ScheduleContext): Promise<ScheduleResult> {
  const { db, now, publishing, publisher } = context
  const hasStatements = await republishFutureStatements(publishing)
  const found = { issuedAt: { gt: futureOf(publishing) }, active: true, expiresAt: { gt: now() } }
  // What cannot be signed again is left to renewals, which record the reason.
  const mark = await db.trustMark.findFirst({ where: { ...found, failingSince: null }, select: { id: true } })
  if (hasStatements) await publisher.flush()
  if (mark)
    return startRun(context, 'republish-future', 'REISSUE_TRUST_MARKS', { parameters: { future: true } })
  return { message: hasStatements ? 'Statements are signed again.' : 'Nothing is from the future.' }
}

export async function renewSubordinates(context: ScheduleContext): Promise<ScheduleResult> {
  if (!(await exists(context, anyDueSubordinates))) return { message: 'None is due.' }
  return startRun(context, 'renew-subordinates', 'SUBORDINATES', { parameters: { due: true } })
}

export async function renewTrustMarks(context: ScheduleContext): Promise<ScheduleResult> {
  const due = Prisma.sql`SELECT 1 FROM "TrustMark" m WHERE ${dueTrustMarks}`
  if (!(await exists(context, due))) return { message: 'None is due.' }
  return startRun(context, 'renew-trust-marks', 'TRUST_MARKS', { parameters: { due: true } })
}

export function walkCollection(context: ScheduleContext): Promise<ScheduleResult> {
  return startRun(context, 'walk-collection', 'COLLECTION')
}

async function exists({ db }: ScheduleContext, query: Prisma.Sql): Promise<boolean> {
  const [row] = await db.$queryRaw<{ exists: boolean }[]>`SELECT EXISTS (${query}) AS "exists"`
  return row?.exists === true
}

/** Starts nothing while a run of the same kind is running. */
async function startRun(
  { runs }: ScheduleContext,
  schedule: string,
  kind: RunKind,
  options: RunOptions = {},
): Promise<ScheduleResult> {
  try {
    const { id } = await runs.start(jobCaller(schedule), kind, options)
    return { message: 'A run was started.', runId: id }
  } catch (error) {
    if (error instanceof ConflictError) return { message: 'A run of this kind is already running.' }
    throw error
  }
}

const NAME = 'key-rollover'

/**
 * Does the next step of the scheduled rollover of the signing key (§11.2), and starts the run that follows a switch. A
 * worker that cannot write the key directory hands the look over to an admin server that can.
 */
export async function advanceRollover(context: ScheduleContext): Promise<ScheduleResult> {
  const { services, queue } = context
  const isReadOnly = (await services.signingKeys.explainReadOnly()) !== null
  if (isReadOnly && (await queue.handOverKeyStep()))
    return { message: 'The admin server looks, because this worker cannot write the key directory.' }
  const startReissue = async () => (await startRun(context, NAME, 'REISSUE_TRUST_MARKS')).runId
  return services.rollover.advance(jobCaller(NAME), startReissue)
}
