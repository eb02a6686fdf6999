/** Webhooks: create, change, remove, replay and test. Each change is one transaction with its audit entry. */
import { randomUUID } from 'node:crypto'
import type { Delivery, Webhook } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import type { Sealer } from '#server/database/sealed-text.ts'
import {
  ConflictError,
  createVersionConflict,
  InvalidInputError,
  NotFoundError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { columnsOf, parsePatch } from '#server/services/patch.ts'
import { recordChange } from '#server/services/write.ts'
import { countWaiting, positionAt } from '#server/webhook/backlog.ts'
import { buildTestEvent } from '#server/webhook/event.ts'
import { type FieldContext, type WebhookInput, webhookFields } from '#server/webhook/fields.ts'
import { createSecret, type Send } from '#server/webhook/send.ts'
import { resourceOf } from '#server/webhook/state.ts'

export const MAXIMUM_WEBHOOKS = 20
/** Hours for which the previous secret signs beside a new one. */
const OVERLAP_HOURS = 24
const HOUR_MS = 3_600_000
/** Before every event. Much earlier times do not exist in PostgreSQL. */
const EPOCH = new Date(0)

export type WebhooksDeps = FieldContext & {
  /** The database of the installation. */
  db: Database
  sealer: Sealer
  send: Send
  /** The source of test events. */
  adminUrl: string
  now: Clock
}

/** The secret if it is new; it is never shown again. */
export type ChangedWebhook = { webhook: Webhook; secret: string | null }

export type WebhookChange = WebhookInput & {
  id: number
  version?: number | null | undefined
  rotateSecret?: boolean | null | undefined
}

export type Webhooks = ReturnType<typeof createWebhooks>

export function createWebhooks({ db, sealer, send, adminUrl, now, ...fieldContext }: WebhooksDeps) {
  async function rotate(before: Webhook) {
    const secret = createSecret()
    // One that cannot be read signs nothing.
    const isReadable = (await sealer.open(before.secret)) !== null
    return {
      secret,
      columns: {
        secret: await sealer.seal(secret),
        secretChangedAt: now(),
        previousSecret: isReadable ? before.secret : null,
        previousSecretUntil: isReadable ? new Date(now().getTime() + OVERLAP_HOURS * HOUR_MS) : null,
      },
    }
  }

  return {
    list: (): Promise<Webhook[]> => db.webhook.findMany({ orderBy: { id: 'asc' } }),

    /** @throws NotFoundError */
    find: (id: number): Promise<Webhook> => find(db, id),

    countWaiting: (webhook: Webhook): Promise<number> => countWaiting(db, webhook),

    /** It gets what happens from now on. @throws InvalidInputError, ConflictError */
    async create(caller: Caller, input: WebhookInput & { url: string }): Promise<ChangedWebhook> {
      const { url = '', ...patch } = columnsOf(webhookFields, parsePatch(webhookFields, input, fieldContext))
      const secret = createSecret()
      const sealed = await sealer.seal(secret)
      const webhook = await recordChange(db, caller, async (tx) => {
        await lock(tx, 'inmor:webhooks')
        if ((await tx.webhook.count()) >= MAXIMUM_WEBHOOKS)
          throw new ConflictError(`There are ${MAXIMUM_WEBHOOKS} webhooks already. Remove one first.`)
        const at = { createdAt: now(), secretChangedAt: now() }
        const data = { url, ...patch, ...at, secret: sealed, position: await positionAt(tx) }
        const result = await tx.webhook.create({ data })
        return { action: 'createWebhook', resource: resourceOf(result), after: auditView(result), result }
      })
      return { webhook, secret }
    },

    /** Turned on, it goes on with what it has not got. @throws InvalidInputError, NotFoundError, ConflictError */
    async update(
      caller: Caller,
      { id, version, rotateSecret, ...input }: WebhookChange,
    ): Promise<ChangedWebhook> {
      const patch = parsePatch(webhookFields, input, fieldContext)
      if (patch.url === '') throw new InvalidInputError('A webhook must have a URL.', 'url')
      return recordChange(db, caller, async (tx) => {
        const before = await find(tx, id)
        const rotation = rotateSecret ? await rotate(before) : null
        const { count } = await tx.webhook.updateMany({
          where: { id, version: version ?? before.version },
          data: {
            ...columnsOf(webhookFields, patch),
            ...rotation?.columns,
            ...(patch.url !== undefined || rotation ? atOnce : {}),
            ...(patch.active !== undefined ? unfailed : {}),
            version: { increment: 1 },
          },
        })
        if (count === 0) throw createVersionConflict(version)
        if (patch.active === false || patch.events || patch.anchors) await giveUpWaiting(tx, id)
        const webhook = await find(tx, id)
        return {
          action: 'updateWebhook',
          resource: resourceOf(webhook),
          before: auditView(before),
          after: auditView(webhook),
          result: { webhook, secret: rotation?.secret ?? null },
        }
      })
    },

    /** Returns its URL. @throws NotFoundError */
    async remove(caller: Caller, id: number): Promise<string> {
      return recordChange(db, caller, async (tx) => {
        const before = await find(tx, id)
        await tx.webhook.delete({ where: { id } })
        return {
          action: 'removeWebhook',
          resource: resourceOf(before),
          before: auditView(before),
          result: before.url,
        }
      })
    },

    /**
     * Delivers everything since a time, also what it has got already; passes over what is older.
     * @throws InvalidInputError, NotFoundError
     */
    async replay(caller: Caller, id: number, from: Date): Promise<Webhook> {
      if (from > now()) throw new InvalidInputError('from must not be in the future.', 'from')
      return recordChange(db, caller, async (tx) => {
        const before = await find(tx, id)
        const position = await positionAt(tx, from < EPOCH ? EPOCH : from)
        await tx.webhook.update({
          where: { id },
          data: { ...unfailed, position, version: { increment: 1 } },
          select: { id: true },
        })
        await giveUpWaiting(tx, id)
        const result = await find(tx, id)
        return { action: 'replayWebhook', resource: resourceOf(before), after: { from }, result }
      })
    },

    /** Sends an event about nothing, at once and beside all others. @throws NotFoundError */
    async test(caller: Caller, id: number): Promise<Delivery> {
      const webhook = await find(db, id)
      const at = now()
      const event = buildTestEvent(randomUUID(), adminUrl, resourceOf(webhook), at)
      const { isDelivered, status, error } = await send(webhook, event)
      return recordChange(db, caller, async (tx) => {
        await find(tx, id) // it may have been removed meanwhile
        const result = await tx.delivery.create({
          data: {
            webhookId: id,
            recipient: webhook.url,
            event: event.type,
            state: isDelivered ? 'DELIVERED' : 'FAILED',
            attempts: 1,
            lastError: error,
            statusCode: status,
            createdAt: at,
            deliveredAt: isDelivered ? now() : null,
          },
        })
        return { action: 'testWebhook', resource: resourceOf(webhook), after: { isDelivered }, result }
      })
    },
  }
}

/** The next attempt does not wait, because what may have failed was changed. */
const atOnce = { failures: 0, nextAt: null }
/** As if it had never failed. */
const unfailed = { ...atOnce, failingSince: null, problem: null, gap: null }

async function find(tx: Transaction | Database, id: number): Promise<Webhook> {
  const row = await tx.webhook.findUnique({ where: { id } })
  if (!row) throw new NotFoundError('There is no such webhook.', 'id')
  return row
}

/** What waited for another attempt may not come. If it does, its row goes on. */
async function giveUpWaiting(tx: Transaction, webhookId: number): Promise<void> {
  await tx.delivery.updateMany({
    where: { webhookId, state: 'WAITING' },
    data: { state: 'FAILED', nextAt: null },
  })
}

/** Neither the secret nor what deliveries change. */
function auditView({
  id,
  url,
  description,
  events,
  anchors,
  active,
  secretChangedAt,
  version,
}: Webhook): object {
  return { id, url, description, events, anchors, active, secretChangedAt, version }
}
