/** Finds what lists a key that has ended since it was signed, and queues it to be signed again without that key (§8.7.2). */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'

/** Statements at a time; the rest follows at the next look. */
const MAXIMUM = 1_000

/** Whether there is something. By index, because every process asks each two seconds. */
export const hasEndedKeys = (at: Date): Prisma.Sql => Prisma.sql`(
  EXISTS (SELECT 1 FROM "Subordinate" WHERE "statementDueAt" <= ${at}::timestamp)
  OR EXISTS (SELECT 1 FROM "PublisherLease" WHERE "configurationDueAt" <= ${at}::timestamp))`

export async function queueEndedKeys({ db, now }: Pick<PublishContext, 'db' | 'now'>): Promise<void> {
  const at = now()
  const [found] = await db.$queryRaw<{ isDue: boolean }[]>`SELECT ${hasEndedKeys(at)} AS "isDue"`
  if (!found?.isDue) return
  await db.$transaction(async (tx) => {
    const configurations = await tx.publisherLease.updateMany({
      where: { configurationDueAt: { lte: at } },
      data: { configurationDueAt: null },
    })
    if (configurations.count > 0) await enqueue(tx, [toPublish('entity-configuration')])
    // The next signature sets the time again. A statement that has expired meanwhile is not served.
    const subordinates = await tx.$queryRaw<{ entityId: string; isServed: boolean }[]>(Prisma.sql`
      UPDATE "Subordinate" SET "statementDueAt" = NULL
      WHERE "id" IN (
        SELECT "id" FROM "Subordinate" WHERE "statementDueAt" <= ${at}::timestamp
        ORDER BY "statementDueAt" LIMIT ${MAXIMUM} FOR UPDATE SKIP LOCKED)
      RETURNING "entityId", "active" AND "statementExpiresAt" > ${at}::timestamp AS "isServed"`)
    const served = subordinates.filter(({ isServed }) => isServed)
    await enqueue(
      tx,
      served.map(({ entityId }) => toPublish('subordinate', entityId, 'federation')),
    )
  })
}
