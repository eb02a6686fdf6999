/** Counts the subordinates with a problem by its rule: one cause instead of its many cases. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import {
  type ProblemCode,
  toProblemCode,
  toProblemCondition,
  troubled,
} from '#server/services/subordinate/problem.ts'

/** `example`: the first of them by Entity Identifier. */
export type ProblemGroup = { code: ProblemCode; count: number; since: Date; example: string }

type Counted = { code: ProblemCode; count: number; since: Date | null; example: string | null }

/** The groups of the subordinates that meet a condition, the largest first. */
export async function groupProblems(
  db: Database,
  where: Prisma.SubordinateWhereInput,
  now: Date,
): Promise<ProblemGroup[]> {
  const { unresolvable, failing } = troubled(now)
  const [refused, failed, expired] = await Promise.all([
    db.subordinate.groupBy({
      by: ['unresolvableCode'],
      where: { AND: [where, unresolvable] },
      _count: true,
      _min: { unresolvableSince: true, entityId: true },
    }),
    db.subordinate.groupBy({
      by: ['failingCode'],
      where: { AND: [where, failing] },
      _count: true,
      _min: { failingSince: true, entityId: true },
    }),
    db.subordinate.groupBy({
      by: ['active'],
      where: { AND: [where, toProblemCondition('STATEMENT_EXPIRED', now)] },
      _count: true,
      _min: { statementExpiresAt: true, entityId: true },
    }),
  ])
  const rows: Counted[] = [
    ...refused.map(({ unresolvableCode, _count, _min }) => ({
      code: toProblemCode(unresolvableCode),
      count: _count,
      since: _min.unresolvableSince,
      example: _min.entityId,
    })),
    ...failed.map(({ failingCode, _count, _min }) => ({
      code: toProblemCode(failingCode),
      count: _count,
      since: _min.failingSince,
      example: _min.entityId,
    })),
    ...expired.map(({ _count, _min }) => ({
      code: 'STATEMENT_EXPIRED' as const,
      count: _count,
      since: _min.statementExpiresAt,
      example: _min.entityId,
    })),
  ]
  const groups = new Map<ProblemCode, ProblemGroup>()
  for (const { code, count, since, example } of rows) {
    if (example === null) continue // a group has a row, and a row an identifier
    const before: ProblemGroup = groups.get(code) ?? { code, count: 0, since: since ?? now, example }
    groups.set(code, {
      code,
      count: before.count + count,
      since: since && since < before.since ? since : before.since,
      example: [example, before.example].toSorted()[0] ?? example,
    })
  }
  return [...groups.values()].sort((one, other) => other.count - one.count)
}
