/** The part of our data that decides whether entities below Intermediates resolve, as a column of SQL. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

const basis = Prisma.sql`(
  SELECT s."statementVersion" || '.' || md5(coalesce((
    SELECT string_agg(concat_ws(':', i."id", i."active", i."metadataPolicy"::text, i."constraints"::text, i."jwks"::text), ',' ORDER BY i."id")
    FROM "Subordinate" i WHERE i."intermediate"), ''))
  FROM "Settings" s WHERE s."id" = 1)`

/** Whether it changed since the evaluation of the last crawl; false before the first crawl. */
export const isBasisOutdated = Prisma.sql`EXISTS (SELECT 1 FROM "CollectionEvaluation" WHERE "basis" <> ${basis})`

export async function readBasis(db: Database): Promise<string> {
  const [row] = await db.$queryRaw<[{ basis: string }]>`SELECT ${basis} AS "basis"`
  return row.basis
}
