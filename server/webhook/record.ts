/** Records attempts: the position of the webhook and the row of the delivery, in one transaction. */
import { Prisma, type Webhook } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { recordChange } from '#server/services/write.ts'
import { anchorOf, type Entry, typeOf } from '#server/webhook/event.ts'
import { leaseEnd } from '#server/webhook/lease.ts'
import type { Attempt } from '#server/webhook/send.ts'
import { resourceOf } from '#server/webhook/state.ts'

type Failed = Extract<Attempt, { isDelivered: false }>

/** Each returns false if the webhook was changed meanwhile or another process has it, and then records nothing. */
export function createRecord(db: Database, holder: string) {
  /** The webhook as it was read; a replay moves the position, and an operator’s change the version. */
  const asRead = ({ id, position, version }: Webhook) =>
    Prisma.sql`"id" = ${id} AND "leaseHolder" = ${holder} AND "position" = ${position} AND "version" = ${version}`

  return {
    /** Nothing up to this entry is for the webhook. */
    async passed(webhook: Webhook, position: number, gap: string | null): Promise<boolean> {
      const count = await db.$executeRaw`
        UPDATE "Webhook" SET "position" = ${position}, "gap" = coalesce(${gap}, "gap") WHERE ${asRead(webhook)}`
      return count === 1
    },

    delivered(webhook: Webhook, entry: Entry, { status }: Attempt, at: Date): Promise<boolean> {
      return db.$transaction(async (tx) => {
        const count = await tx.$executeRaw`
          UPDATE "Webhook" SET "position" = ${entry.id}, "failures" = 0, "nextAt" = NULL, "failingSince" = NULL,
            "problem" = NULL, "lastDeliveredAt" = ${at}::timestamp, "leaseUntil" = ${leaseEnd}
          WHERE ${asRead(webhook)}`
        if (count === 0) return false
        await writeDelivery(tx, webhook, entry, at, {
          state: 'DELIVERED',
          statusCode: status,
          lastError: null,
          nextAt: null,
          deliveredAt: at,
        })
        return true
      })
    },

    failed(webhook: Webhook, entry: Entry, attempt: Failed, at: Date, random: number): Promise<boolean> {
      const failures = webhook.failures + 1
      const failingSince = webhook.failingSince ?? at
      const { error, status, isFinal } = attempt
      const isPaused = isFinal || isOutOfPatience(failingSince, at)
      const nextAt = isPaused ? null : nextAttempt(failures, at, random)
      const problem = isFinal || !isPaused ? error : `${PAUSE_REASON} ${error}`
      return recordChange(db, jobCaller('webhooks'), async (tx) => {
        const count = await tx.$executeRaw`
          UPDATE "Webhook" SET "failures" = ${failures}, "nextAt" = ${nextAt}::timestamp, "active" = ${!isPaused},
            "failingSince" = ${failingSince}::timestamp, "problem" = ${problem} WHERE ${asRead(webhook)}`
        if (count === 0) return { action: null, result: false }
        const state = isPaused ? 'FAILED' : 'WAITING'
        await writeDelivery(tx, webhook, entry, at, { state, statusCode: status, lastError: error, nextAt })
        if (!isPaused) return { action: null, result: true }
        return { action: 'pauseWebhook', resource: resourceOf(webhook), reason: problem, result: true }
      })
    },
  }
}

type Outcome = {
  state: 'DELIVERED' | 'WAITING' | 'FAILED'
  statusCode: number | null
  lastError: string | null
  nextAt: Date | null
  deliveredAt?: Date
}

/** One row for all attempts until it is delivered; a replay adds another one. */
async function writeDelivery(
  tx: Transaction,
  { id: webhookId, url: recipient }: Webhook,
  entry: Entry,
  createdAt: Date,
  outcome: Outcome,
): Promise<void> {
  const auditEventId = entry.id
  const open = { webhookId, auditEventId, state: { not: 'DELIVERED' } }
  const data = { ...outcome, recipient, attempts: { increment: 1 } }
  const { count } = await tx.delivery.updateMany({ where: open, data })
  if (count > 0) return
  const about = { event: typeOf(entry.action), anchor: anchorOf(entry) }
  await tx.delivery.create({
    data: { ...outcome, ...about, webhookId, auditEventId, recipient, attempts: 1, createdAt },
  })
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Milliseconds after the first failure, the second and so on; from then on as after the last. */
const waits = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]
/** A wait is up to this part longer, so that receivers that were away together are not asked together. */
const JITTER = 0.2
const PATIENCE_DAYS = 5

/** When a failed delivery is tried again, and when the webhook is paused instead. */
const PAUSE_REASON = `It failed for ${PATIENCE_DAYS} days.`

/** `failures` includes this one; `random` is at least 0 and below 1. */
function nextAttempt(failures: number, now: Date, random: number): Date {
  const wait = waits[Math.min(failures, waits.length) - 1] ?? HOUR_MS
  return new Date(now.getTime() + wait * (1 + JITTER * random))
}

function isOutOfPatience(failingSince: Date, now: Date): boolean {
  return now.getTime() - failingSince.getTime() >= PATIENCE_DAYS * 24 * HOUR_MS
}
