/** Counts the subordinates with a problem by its rule: one cause instead of its many cases. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import {
  type ProblemCode,
  toProblemCode,
  toProblemCondition,
  troubled,
} from '#server/services/subordinate/problem.ts'

export type ProblemGroup = { code: ProblemCode; count: number; since: Date }

type Counted = { code: ProblemCode; count: number; since: Date | null }

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
      _min: { unresolvableSince: true },
    }),
    db.subordinate.groupBy({
      by: ['failingCode'],
      where: { AND: [where, failing] },
      _count: true,
      _min: { failingSince: true },
    }),
    db.subordinate.groupBy({
      by: ['active'],
      where: { AND: [where, toProblemCondition('STATEMENT_EXPIRED', now)] },
      _count: true,
      _min: { statementExpiresAt: true },
    }),
  ])
  const rows: Counted[] = [
    ...refused.map(({ unresolvableCode, _count, _min }) => ({
      code: toProblemCode(unresolvableCode),
      count: _count,
      since: _min.unresolvableSince,
    })),
    ...failed.map(({ failingCode, _count, _min }) => ({
      code: toProblemCode(failingCode),
      count: _count,
      since: _min.failingSince,
    })),
    ...expired.map(({ _count, _min }) => ({
      code: 'STATEMENT_EXPIRED' as const,
      count: _count,
      since: _min.statementExpiresAt,
    })),
  ]
  const groups = new Map<ProblemCode, ProblemGroup>()
  for (const { code, count, since } of rows) {
    const before = groups.get(code) ?? { code, count: 0, since: since ?? now }
    const earliest = since && since < before.since ? since : before.since
    groups.set(code, { code, count: before.count + count, since: earliest })
  }
  return [...groups.values()].sort((one, other) => other.count - one.count)
}
