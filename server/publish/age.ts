/** Decides whether a statement is due for a new signature, or was issued by a wrong clock. Times in unix seconds. */
import { DEFAULT_SKEW } from '#core/validity.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'

/** Issued in the future, beyond the clock skew that verifiers allow. */
export const isFromFuture = (iat: number, now: number): boolean => iat > latestIssue(now)

/** The latest `iat` that is not in the future. */
export const latestIssue = (now: number): number => now + DEFAULT_SKEW

/** The same limit for SQL: later times are in the future. */
export const future = Prisma.sql`now() AT TIME ZONE 'utc' + make_interval(secs => ${DEFAULT_SKEW}::float8)`

type Life = { iat: number; exp: number }

/** The outage budget in seconds; 0: there is none. */
export const budgetOf = ({ outageBudget }: Pick<Settings, 'outageBudget'>): number =>
  (outageBudget ?? 0) * 3600

/** Past half of its life, or of what its life has beyond the outage budget. The other half is for failures. */
export function isDueAnew(life: Life, now: number, budget: number): boolean {
  return now > renewalOf(life, budget) || isFromFuture(life.iat, now)
}

/** The time from which it is due. */
export function dueAnewAt(life: Life, now: number, budget: number): number {
  return isFromFuture(life.iat, now) ? now : Math.max(now, renewalOf(life, budget))
}

/** A life that is shorter than the budget, because a key ends, cannot keep it. */
function renewalOf({ iat, exp }: Life, budget: number): number {
  const kept = exp - iat > budget ? budget : 0
  return exp - (exp - iat + kept) / 2
}

/** Above this number, one entry for all of them. */
const MAXIMUM = 1_000

type Source = Pick<PublishContext, 'db' | 'now'>

/** In the future for this process, whose clock signs: while it is wrong itself, there is nothing to repair. */
export const futureOf = ({ now }: Pick<Source, 'now'>) => new Date(now().getTime() + DEFAULT_SKEW * 1000)

/** Queues the Subordinate Statements from the future; true if there are any. */
export async function republishFutureStatements({ db, now }: Source): Promise<boolean> {
  const rows = await db.subordinate.findMany({
    where: { active: true, statementIssuedAt: { gt: futureOf({ now }) } },
    select: { entityId: true },
    take: MAXIMUM + 1,
  })
  if (rows.length === 0 || (await db.outboxEntry.findFirst({ where: { topic: 'subordinates' } }))) {
    return rows.length > 0
  }
  const each = rows.map(({ entityId }) => toPublish('subordinate', entityId, 'federation'))
  await enqueue(db, rows.length > MAXIMUM ? [toPublish('subordinates')] : each)
  return true
}
