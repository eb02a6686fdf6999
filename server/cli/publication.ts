/** Waits until the publisher of the anchor has published what a command changed. */
import { setTimeout } from 'node:timers/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'

/** Milliseconds without progress, and without a sign of a server. */
const PATIENCE_MS = 120_000
const SIGN_MS = 10_000
const POLL_MS = 100

/**
 * Waits until everything queued so far is published. False: no server is running.
 * @throws ConfigurationError after two minutes in which nothing was published
 */
export async function waitUntilPublished({ db, isServed }: OpenAnchor): Promise<boolean> {
  if (!isServed) return false
  const { _max } = await db.outboxEntry.aggregate({ _max: { id: true } })
  const last = _max.id ?? 0n
  let progress = ''
  let waited = 0
  let first: number | undefined
  let isAlone = true
  for (;;) {
    const pending = await db.outboxEntry.count({ where: { id: { lte: last } } })
    if (pending === 0) return true
    const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
    const present = `${pending} ${lease?.lastError ? '' : lease?.progressAt?.toISOString()}`
    first ??= lease?.expiresAt.getTime()
    isAlone &&= lease?.lastError === null && lease.expiresAt.getTime() === first
    if (isAlone && waited >= SIGN_MS) return false
    if (present !== progress) waited = 0
    progress = present
    if (waited >= PATIENCE_MS) throw new ConfigurationError(explain(pending, lease?.lastError ?? null))
    await setTimeout(POLL_MS)
    waited += POLL_MS
  }
}

function explain(pending: number, lastError: string | null): string {
  const what = `Queued, but nothing was published for ${PATIENCE_MS / 1000} seconds (changes that wait: ${pending})`
  return lastError ? `${what}: ${lastError}` : `${what}. Check that the admin server and Redis are running.`
}
