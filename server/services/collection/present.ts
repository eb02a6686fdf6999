/** The entities of the last crawl that its evaluation speaks for, as a part of SQL: `e` is a CollectedEntity. */
import { Prisma } from '#prisma/generated/client/client.ts'

/** Registered entities have the state of their registration. */
export const presentEntities = Prisma.sql`"CollectedEntity" e
  JOIN "CollectionEvaluation" c ON c."crawlId" = e."crawlId"
  LEFT JOIN "Subordinate" s ON s."entityId" = e."entityId"
  WHERE s."id" IS NULL`
