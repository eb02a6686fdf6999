/** The transactional outbox: each write adds the names of what it changed, for publisher.ts. */
import DataLoader from 'dataloader'
import type { Database, Transaction } from '#server/database/client.ts'

/** The most urgent lane first. A lane waits for the lanes before it, and long work of a lane lets them pass. */
const lanes = ['anchor', 'withdrawal', 'federation', 'ordinary'] as const
export type Lane = (typeof lanes)[number]
/** As entries have it. */
export const laneNumber = (lane: Lane): number => lanes.indexOf(lane)

/**
 * What to publish, and its lane. `key` is the Entity Identifier of a subordinate or the id of a Trust Mark, else empty.
 * `subordinates`: every active one, after a federation-wide change; `everything`: a full rebuild.
 */
const topics = {
  'entity-configuration': 'anchor',
  'historical-keys': 'anchor',
  'trust-anchors': 'anchor',
  subordinates: 'federation',
  everything: 'federation',
  subordinate: 'ordinary',
  'trust-mark': 'ordinary',
  'issued-trust-marks': 'ordinary',
} as const satisfies Record<string, Lane>
export type Topic = keyof typeof topics
export type OutboxItem = { topic: Topic; key: string; lane: number }

export function toPublish(topic: Topic, key: string | number = '', lane: Lane = topics[topic]): OutboxItem {
  return { topic, key: String(key), lane: laneNumber(lane) }
}

export async function enqueue(tx: Transaction, items: readonly OutboxItem[]): Promise<void> {
  if (items.length > 0) await tx.outboxEntry.createMany({ data: [...items] })
}

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
