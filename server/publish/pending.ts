/** Finds the subordinates with changes that wait for publication. */
import { setImmediate } from 'node:timers/promises'
import type { Database } from '#server/database/client.ts'
import type { Topic } from '#server/publish/outbox.ts'

const ofOne: Topic = 'subordinate'
const ofAll: Topic = 'subordinates'

/** Asks the database once for all subordinates of a page. */
export function createPendingReader(db: Database) {
  let asked: Set<string> | undefined
  let found: Promise<(entityId: string) => boolean>

  async function read(entityIds: Set<string>) {
    await setImmediate() // the other rows of the page ask meanwhile
    asked = undefined
    const entries = await db.outboxEntry.findMany({
      where: { OR: [{ topic: ofAll }, { topic: ofOne, key: { in: [...entityIds] } }] },
      select: { topic: true, key: true },
    })
    const waiting = new Set(entries.map(({ key }) => key))
    const isAll = entries.some(({ topic }) => topic === ofAll)
    return (entityId: string) => isAll || waiting.has(entityId)
  }

  return async (entityId: string): Promise<boolean> => {
    if (!asked) {
      asked = new Set()
      found = read(asked)
    }
    asked.add(entityId)
    return (await found)(entityId)
  }
}
