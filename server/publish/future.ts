/** Finds what was issued in the future by a wrong clock. Signing it again needs nothing from the members. */
import { DEFAULT_SKEW } from '#core/validity.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'

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
