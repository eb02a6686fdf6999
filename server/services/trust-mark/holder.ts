/** Links Trust Marks to the subordinate that holds them, in either order of creation, to filter lists by them. */
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'

/** The subordinate that holds a new mark, in the transaction that writes the mark; null if it is not registered. */
export async function holderOf(tx: Transaction, entityId: string): Promise<number | null> {
  await takeTurns(tx, [entityId])
  const holder = await tx.subordinate.findUnique({ where: { entityId }, select: { id: true } })
  return holder?.id ?? null
}

/** Links earlier marks, in the transaction that registers the subordinates. */
export async function linkMarks(
  tx: Transaction,
  registered: readonly Pick<Subordinate, 'id' | 'entityId'>[],
): Promise<void> {
  const names = registered.map(({ entityId }) => entityId)
  await takeTurns(tx, names)
  await tx.$executeRaw`
    UPDATE "TrustMark" AS m SET "subordinateId" = s."id", "updatedAt" = now() AT TIME ZONE 'utc'
    FROM "Subordinate" AS s WHERE m."entityId" = ANY(${names}) AND s."entityId" = m."entityId"`
}

/** Neither transaction sees the other's uncommitted rows, so the second waits for the first. */
async function takeTurns(tx: Transaction, entityIds: readonly string[]): Promise<void> {
  await lock(tx, ...entityIds.map((entityId) => `inmor:holder:${entityId}`))
}
