/**
 * What subordinates show about the algorithms that they can verify. No metadata says it, so each name of an algorithm counts,
 * in metadata and in keys.
 */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'

/** Matches the subordinates of which nothing shows that they can verify an algorithm. */
export const doesNotName = (alg: string) =>
  ({ unnamedAlgorithms: { has: alg } }) satisfies Prisma.SubordinateWhereInput

/** Counts the published ones of them. */
export function countWithout(db: Database, alg: string): Promise<number> {
  return db.subordinate.count({ where: { active: true, ...doesNotName(alg) } })
}
