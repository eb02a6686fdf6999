/** Finds the subordinates with changes that wait for publication. */
import DataLoader from 'dataloader'
import type { Database } from '#server/database/client.ts'
import type { Topic } from '#server/publish/outbox.ts'

const ofOne: Topic = 'subordinate'
const ofAll: Topic = 'subordinates'

/** Asks the database once for all subordinates of a page. Each page is asked for, because a subscription lasts. */
export function createPendingReader(db: Database): (entityId: string) => Promise<boolean> {
  const loader = new DataLoader<string, boolean>((entityIds) => arePending(db, entityIds), { cache: false })
  return (entityId) => loader.load(entityId)
}

async function arePending(db: Database, entityIds: readonly string[]): Promise<boolean[]> {
  const entries = await db.outboxEntry.findMany({
    where: { OR: [{ topic: ofAll }, { topic: ofOne, key: { in: [...entityIds] } }] },
    select: { topic: true, key: true },
  })
  const waiting = new Set(entries.map(({ key }) => key))
  const isAll = entries.some(({ topic }) => topic === ofAll)
  return entityIds.map((entityId) => isAll || waiting.has(entityId))
}
