/** Tells when a crawl or an evaluation is due, because something changed during or after the last one. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { isBasisOutdated } from '#server/services/collection/basis.ts'

/** A part of SQL: whether the last crawl has ended and is to be followed by another one. */
export const crawlDue = Prisma.sql`coalesce((
    SELECT "state" IN ('SUCCEEDED', 'FAILED') AND "parameters"->>'again' = 'true'
    FROM "Run" WHERE "kind" = 'COLLECTION' ORDER BY "id" DESC LIMIT 1), false)`

export async function isCrawlDue(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ due: boolean }[]>`SELECT ${crawlDue} AS "due"`
  return row?.due === true
}

/** False: no crawl is running. */
export async function markCrawl(db: Database): Promise<boolean> {
  const marked = await db.$executeRaw`
    UPDATE "Run" SET "parameters" = "parameters" || '{"again": true}'
    WHERE "kind" = 'COLLECTION' AND "state" = 'RUNNING'`
  return marked > 0
}

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
