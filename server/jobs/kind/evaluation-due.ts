/** Tells when what decides how entities resolve changed after their last evaluation. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { isBasisOutdated } from '#server/services/collection/basis.ts'

/** Seconds after a run that did not succeed. */
const PAUSE_SECONDS = 60

/** The same as a part of SQL. */
export const evaluationDue = Prisma.sql`(
    SELECT ("statementVersion" <> "evaluatedVersion" OR ${isBasisOutdated}) AND NOT EXISTS (
      SELECT 1 FROM "Run" WHERE "kind" = 'EVALUATION' AND ("state" IN ('QUEUED', 'RUNNING')
        OR ("state" <> 'SUCCEEDED' AND "endedAt" > now() AT TIME ZONE 'utc' - make_interval(secs => ${PAUSE_SECONDS})))
    ) FROM "Settings" WHERE "id" = 1)`

export async function isEvaluationDue(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ due: boolean }[]>`SELECT ${evaluationDue} AS "due"`
  return row?.due === true
}
