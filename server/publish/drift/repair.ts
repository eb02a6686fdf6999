/** Finds differences between Redis and the database, records and republishes them. */
import type { PublishContext } from '#server/publish/context.ts'
import { type Drift, type DriftKind, type DriftSource, MAXIMUM } from '#server/publish/drift/drift.ts'
import { statusLists } from '#server/publish/drift/status-lists.ts'
import { subordinates } from '#server/publish/drift/subordinates.ts'
import { trustMarkHolders } from '#server/publish/drift/trust-mark-holders.ts'
import { trustMarks } from '#server/publish/drift/trust-marks.ts'
import { enqueue, type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import { PUBLICATION_PATIENCE_MS, type Publisher } from '#server/publish/publisher.ts'

export type DriftCount = Record<DriftKind, number>

const EXAMPLES = 10

const sources: readonly DriftSource[] = [subordinates, trustMarks, trustMarkHolders, statusLists]

export async function repairDrift(context: PublishContext, publisher: Publisher): Promise<DriftCount> {
  const found: Drift[] = []
  for (const source of sources) found.push(...(await driftOfSource(context, publisher, source)))
  const count: DriftCount = { missing: 0, unexpected: 0, different: 0 }
  for (const { kind } of found) count[kind]++
  const report = { checkedAt: context.now(), ...count, examples: found.slice(0, EXAMPLES).map(describe) }
  await context.db.$transaction(async (tx) => {
    await tx.driftReport.upsert({ where: { id: 1 }, create: { id: 1, ...report }, update: report })
    await enqueue(tx, repairs(found))
  })
  if (found.length > 0) await publisher.flush()
  return count
}

/** Compares twice, so that changes on their way to Redis are not reported as drift. */
async function driftOfSource(context: PublishContext, publisher: Publisher, source: DriftSource) {
  const suspects = new Set<string>()
  for await (const page of source.compareAll(context)) {
    for (const { name } of page) suspects.add(name)
    if (suspects.size > MAXIMUM) break
  }
  if (suspects.size === 0) return []
  await publisher.flush(PUBLICATION_PATIENCE_MS) // pending changes are not drift
  return source.driftOf(context, [...suspects])
}

function repairs(found: readonly Drift[]): OutboxItem[] {
  const isWhole = found.length > MAXIMUM || found.some(({ item }) => item.topic === 'everything')
  return isWhole ? [toPublish('everything')] : found.map(({ item }) => item)
}

const describe = ({ kind, words }: Drift) => `${kind}: ${words}`
