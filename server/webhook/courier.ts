/**
 * Delivers events to webhooks: after each commit, and again after failures. To each webhook in the order of the audit
 * log, one at a time; a failure holds back what follows. Webhooks do not wait for each other.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Webhook } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { nextEntries } from '#server/webhook/backlog.ts'
import { buildEvent, type Entry, type SourceOf } from '#server/webhook/event.ts'
import { createLease, isFree } from '#server/webhook/lease.ts'
import { createRecord } from '#server/webhook/record.ts'
import type { Send } from '#server/webhook/send.ts'

/** Milliseconds between two looks at the head of the audit log, as of its other readers (live/audit-feed.ts). */
const INTERVAL_MS = 1_000
/** Entries read at a time. */
const PAGE = 50
/** Milliseconds for running attempts to end when the process closes. Longer ones are made again. */
const CLOSE_GRACE_MS = 5_000

type CourierDeps = {
  /** The database of the installation. */
  db: Database
  send: Send
  /** Reads the Entity Identifiers of the anchors. */
  readSources(): Promise<SourceOf>
  observe: WebhookObserver
  log: Pick<FastifyBaseLogger, 'warn'>
  now: Clock
  /** At least 0 and below 1. */
  random(): number
}

type Courier = {
  /** Looks at short intervals. */
  start(): void
  /** Delivers what is due. Resolves when that is done, or held back by failures. */
  deliver(): Promise<void>
  close(): Promise<void>
}

export function createCourier({ db, send, readSources, observe, log, now, random }: CourierDeps): Courier {
  const lease = createLease(db)
  const record = createRecord(db, lease.holder)
  const busy = new Map<number, Promise<void>>()
  const closing = new AbortController()
  const cut = new AbortController()
  let timer: NodeJS.Timeout | undefined

  async function deliver(): Promise<void> {
    const due = await db.$queryRaw<{ id: number }[]>`
      SELECT w."id" FROM "Webhook" w, "AuditHead" h
      WHERE w."active" AND w."position" < h."lastId" AND (w."nextAt" IS NULL OR w."nextAt" <= ${now()}::timestamp)
        AND (w."leaseHolder" = ${lease.holder} OR ${isFree})`
    for (const { id } of due) {
      if (closing.signal.aborted || busy.has(id)) continue
      const work = serve(id)
        .catch((err) => (cut.signal.aborted ? undefined : log.warn({ err, webhook: id }, 'a webhook waits')))
        .finally(() => busy.delete(id))
      busy.set(id, work)
    }
    await Promise.all(busy.values())
  }

  async function serve(id: number): Promise<void> {
    try {
      let webhook = await lease.hold(id)
      while (webhook && !closing.signal.aborted && (await deliverPage(webhook)))
        webhook = await lease.hold(id)
    } finally {
      await lease.release(id)
    }
  }

  /** Whether there may be more to do now. */
  async function deliverPage(webhook: Webhook): Promise<boolean> {
    if (webhook.nextAt && webhook.nextAt > now()) return false // another process has just tried
    const { lastId, prunedId } = await db.auditHead.findFirstOrThrow()
    if (prunedId > webhook.position) return record.passed(webhook, prunedId, gapSentence(now()))
    const entries = await nextEntries(db, webhook, lastId, PAGE)
    if (entries.length === 0) {
      await record.passed(webhook, lastId, null)
      return false
    }
    const sourceOf = await readSources() // after the entries, so that their anchors are known
    for (const entry of entries) {
      if (closing.signal.aborted || !(await attempt(webhook, entry, sourceOf))) return false
      webhook = { ...webhook, position: entry.id, failures: 0, failingSince: null }
    }
    return true
  }

  /** Whether the next event may follow. After a change of the webhook, the next look goes on. */
  async function attempt(webhook: Webhook, entry: Entry, sourceOf: SourceOf): Promise<boolean> {
    const outcome = await send(webhook, buildEvent(entry, sourceOf), cut.signal)
    observe.attempted(outcome.isDelivered)
    if (outcome.isDelivered) return record.delivered(webhook, entry, outcome, now())
    await record.failed(webhook, entry, outcome, now(), random())
    return false
  }

  return {
    deliver,
    start() {
      // A look that takes long does not delay the next one: each webhook has one worker.
      const look = () =>
        void deliver().catch((err) => log.warn({ err }, 'webhooks cannot be read; they wait'))
      timer = setInterval(look, INTERVAL_MS)
    },
    async close() {
      clearInterval(timer)
      closing.abort()
      const cutOff = setTimeout(() => cut.abort(), CLOSE_GRACE_MS)
      await Promise.all(busy.values())
      clearTimeout(cutOff)
    },
  }
}

const gapSentence = (now: Date) =>
  `Events are missing before ${now.toISOString()}: the retention of the audit log had removed them before they were delivered.`

/** Callbacks of deliveries for metrics. */
export type WebhookObserver = {
  attempted(isDelivered: boolean): void
}
