/** Queues publications for a command, and waits until the publisher of this database has done them. */
import { setTimeout } from 'node:timers/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Installation } from '#server/process/installation.ts'
import type { OutboxItem } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { createWriter } from '#server/services/write.ts'

const PATIENCE_MS = 120_000
const POLL_MS = 100

/** Writes outbox entries for the publisher, which may start later. */
export async function requestPublication(
  { db, caller }: Installation,
  action: AuditAction,
  items: readonly OutboxItem[],
): Promise<void> {
  await createWriter(db)(caller, async () => ({ action, resource: '', publish: items, result: undefined }))
}

/**
 * Waits until everything queued so far is published. False: no server is running.
 * @throws ConfigurationError after two minutes
 */
export async function waitUntilPublished({ db, isServed }: Installation): Promise<boolean> {
  if (!isServed) return false
  const { _max } = await db.outboxEntry.aggregate({ _max: { id: true } })
  const last = _max.id ?? 0n
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if ((await db.outboxEntry.count({ where: { id: { lte: last } } })) === 0) return true
    await setTimeout(POLL_MS)
  }
  const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
  const reason = lease?.lastError
    ? `: ${lease.lastError}`
    : '. Check that the admin server and Redis are running.'
  throw new ConfigurationError(`Queued, but not published within ${PATIENCE_MS / 1000} seconds${reason}`)
}
