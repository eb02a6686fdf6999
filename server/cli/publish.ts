/** `inmor rebuild` and `inmor regenerate-entity`: ask for publication, and wait until it is done. */
import { setTimeout } from 'node:timers/promises'
import type { Installation } from '#server/cli/installation.ts'
import { command, print, withInstallation } from '#server/cli/output.ts'
import { ConfigurationError } from '#server/env.ts'
import { enqueue, type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import { recordAuditEvent } from '#server/services/audit.ts'

const PATIENCE_MS = 120_000
const POLL_MS = 100

/** Whoever publishes for this database takes it from the outbox, be it a server beside us or one to come. */
async function request(
  { db, caller }: Installation,
  action: string,
  items: readonly OutboxItem[],
): Promise<bigint> {
  return db.$transaction(async (tx) => {
    await enqueue(tx, items)
    await recordAuditEvent(tx, caller, { action, resourceType: 'TrustAnchor', resource: '' })
    const { _max } = await tx.outboxEntry.aggregate({ _max: { id: true } })
    return _max.id ?? 0n
  })
}

async function waitUntilPublished({ db }: Installation, last: bigint): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if ((await db.outboxEntry.count({ where: { id: { lte: last } } })) === 0) return
    await setTimeout(POLL_MS)
  }
  const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
  const reason = lease?.lastError ? `: ${lease.lastError}` : '; is the admin server running, and Redis?'
  throw new ConfigurationError(
    `It is queued, but was not published within ${PATIENCE_MS / 1000} seconds${reason}`,
  )
}

function publishCommand(
  name: string,
  description: string,
  action: string,
  items: OutboxItem[],
  done: string,
) {
  return command(name, description).action(async (options) => {
    const text = await withInstallation(async (installation) => {
      const last = await request(installation, action, items)
      if (!installation.isServed) return 'Queued: it is published when the server starts.'
      await waitUntilPublished(installation, last)
      return done
    })
    print(options, { result: text }, text)
  })
}

export const publishCommands = [
  publishCommand(
    'rebuild',
    'writes everything into Redis anew from the database, and swaps',
    'rebuildPublication',
    [toPublish('everything')],
    'Rebuilt: everything is published.',
  ),
  publishCommand(
    'regenerate-entity',
    'signs and publishes the Entity Configuration anew',
    'regenerateEntityConfiguration',
    [toPublish('entity-configuration'), toPublish('historical-keys')],
    'Published the Entity Configuration.',
  ),
]
