/** The outcome of publishing each of many items: those still in the outbox failed. */

import type { Database } from '#server/database/client.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import type { Topic } from '#server/publish/outbox.ts'

/** `key`: in the outbox; `resource`: for the output. */
type Thing = { key: string; resource: string }

export type Several = {
  /** The verb of a line: `Publishing`. */
  verb: string
  topic: Topic
  list(db: Database): Promise<Thing[]>
}

export type Outcome = { resource: string; ok: boolean; message: string | null }

export const readdedSubordinates: Several = {
  verb: 'Publishing',
  topic: 'subordinate',
  async list(db) {
    const rows = await db.subordinate.findMany({
      where: { active: true },
      orderBy: { entityId: 'asc' },
      select: { entityId: true },
    })
    return rows.map(({ entityId }) => ({ key: entityId, resource: entityId }))
  },
}

export const issuedTrustMarks: Several = {
  verb: 'Reloading',
  topic: 'trust-mark',
  async list(db) {
    const rows = await db.trustMark.findMany({
      orderBy: { id: 'asc' },
      select: { id: true, entityId: true, trustMarkType: { select: { type: true } } },
    })
    return rows.map(({ id, entityId, trustMarkType }) => ({
      key: String(id),
      resource: `${trustMarkType.type} of ${entityId}`,
    }))
  },
}

export async function outcomesOf({ db }: OpenAnchor, { topic, list }: Several): Promise<Outcome[]> {
  const again = await db.outboxEntry.findMany({ where: { topic }, select: { key: true } })
  const unpublished = new Set(again.map(({ key }) => key))
  const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
  const reason = lease?.lastError ?? 'it is still queued.'
  return (await list(db)).map(({ key, resource }) => {
    const ok = !unpublished.has(key)
    return { resource, ok, message: ok ? null : reason }
  })
}
