/** Tells when the settings that statements depend on changed after the last evaluation of all subordinates. */
import type { Database } from '#server/database/client.ts'

/** Seconds after a run that did not succeed. */
const PAUSE_SECONDS = 60

export async function isEvaluationDue(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ due: boolean }[]>`
    SELECT "statementVersion" <> "evaluatedVersion" AND NOT EXISTS (
      SELECT 1 FROM "RenewalRun" WHERE "kind" = 'EVALUATION' AND ("state" IN ('QUEUED', 'RUNNING')
        OR ("state" <> 'SUCCEEDED' AND "endedAt" > now() AT TIME ZONE 'utc' - make_interval(secs => ${PAUSE_SECONDS})))
    ) AS "due" FROM "Settings" WHERE "id" = 1`
  return row?.due === true
}
