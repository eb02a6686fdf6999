/** The transactional outbox: each write adds the names of what it changed, for publisher.ts. */
import type { Transaction } from '#server/database/client.ts'

/**
 * What to publish. `key` is the Entity Identifier of a subordinate or the id of a Trust Mark, else empty.
 * `subordinates`: every active one, after a federation-wide change; `everything`: a full rebuild.
 */
const topics = [
  'everything',
  'entity-configuration',
  'historical-keys',
  'trust-anchors',
  'subordinate',
  'subordinates',
  'trust-mark',
  'issued-trust-marks',
] as const
export type Topic = (typeof topics)[number]
export type OutboxItem = { topic: Topic; key: string }

export function toPublish(topic: Topic, key: string | number = ''): OutboxItem {
  return { topic, key: String(key) }
}

export async function enqueue(tx: Transaction, items: readonly OutboxItem[]): Promise<void> {
  if (items.length > 0) await tx.outboxEntry.createMany({ data: [...items] })
}
