/** The transactional outbox: a write names what it changed, in the same transaction (see publisher.ts). */
import type { Transaction } from '#server/database/client.ts'

/**
 * What may need publishing. `key` is the entity identifier of a subordinate, the id of a trust mark, else empty.
 * `subordinates` means every active one: a federation-wide setting changed; `everything` asks for a full rebuild.
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
