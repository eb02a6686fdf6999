/** What a command has queued for publication, and the wait until whoever publishes for this database has done it. */
import { setTimeout } from 'node:timers/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Installation } from '#server/process/installation.ts'
import type { OutboxItem } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { createWriter } from '#server/services/write.ts'

const PATIENCE_MS = 120_000
const POLL_MS = 100

/** Whoever publishes for this database takes it from the outbox, be it a server beside us or one to come. */
export async function requestPublication(
  { db, caller }: Installation,
  action: AuditAction,
  items: readonly OutboxItem[],
): Promise<void> {
  await createWriter(db)(caller, async () => ({ action, resource: '', publish: items, result: undefined }))
}

/**
 * Waits until all that is queued by now is published; false when there is no server to do it.
 * @throws ConfigurationError when that takes too long
 */
export async function untilPublished({ db, isServed }: Installation): Promise<boolean> {
  if (!isServed) return false
  const { _max } = await db.outboxEntry.aggregate({ _max: { id: true } })
  const last = _max.id ?? 0n
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if ((await db.outboxEntry.count({ where: { id: { lte: last } } })) === 0) return true
    await setTimeout(POLL_MS)
  }
  const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
  const reason = lease?.lastError ? `: ${lease.lastError}` : '; is the admin server running, and Redis?'
  throw new ConfigurationError(
    `It is queued, but was not published within ${PATIENCE_MS / 1000} seconds${reason}`,
  )
}
