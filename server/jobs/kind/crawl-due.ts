/** Tells when a member changed during the last crawl, which may have missed that. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

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
