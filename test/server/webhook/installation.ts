/** Webhooks on a database of their own, with a clock that tests set and couriers that they call. */
import { onTestFinished } from 'vitest'
import { createFetcher, type FetcherOptions } from '#fetcher/fetcher.ts'
import { connectDatabase } from '#server/database/client.ts'
import { createSealer } from '#server/database/sealed-text.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { recordOnly } from '#server/services/write.ts'
import { createCourier } from '#server/webhook/courier.ts'
import { createSend } from '#server/webhook/send.ts'
import { createWebhooks } from '#server/webhook/webhooks.ts'
import { startMigratedDatabase, type TestDatabase } from '#test/helpers/database.ts'
import { startReceiver } from './receiver.ts'

export const caller: Caller = { ...cliCaller('test'), address: '192.0.2.7', reason: 'a private reason' }

export const AUTH_SECRET = 'a secret that the tests of webhooks use'
export const ENTITY_ID = 'https://ta.example.org'

type ProcessOptions = Partial<FetcherOptions> & { authSecret?: string }

export async function startInstallation(given?: TestDatabase) {
  const database = given ?? (await startMigratedDatabase())
  const db = connectDatabase(database.url)
  let time = new Date()
  const now = () => time

  /** What one process has. It ends with its test. */
  function open({ authSecret = AUTH_SECRET, ...options }: ProcessOptions = {}) {
    const fetcher = createFetcher({ allowHttp: true, ...options })
    const sealer = createSealer({ authSecret, previousAuthSecrets: [] })
    const send = createSend({ fetcher, sealer, now })
    const attempts = { succeeded: 0, failed: 0 }
    const courier = createCourier({
      ...{ db, send, now },
      readSources: async () => () => ENTITY_ID,
      observe: { attempted: (isDelivered) => void attempts[isDelivered ? 'succeeded' : 'failed']++ },
      log: { warn: () => undefined },
      random: () => 0,
    })
    onTestFinished(async () => {
      await courier.close()
      await fetcher.close()
    })
    const findAnchor = (name: string) => (['main', 'test'].includes(name) ? name : undefined)
    const { allowHttp = true } = options
    const deps = { db, sealer, send, adminUrl: 'https://admin.example.org', now, allowHttp, findAnchor }
    return { webhooks: createWebhooks(deps), courier, attempts }
  }

  return {
    db,
    url: database.url,
    open,
    /** A receiver with its webhook, and a process that delivers to it. */
    async connect(input: object = {}, options: ProcessOptions = {}) {
      const process = open(options)
      const receiver = await startReceiver()
      const { webhook, secret } = await process.webhooks.create(caller, { url: receiver.url, ...input })
      receiver.trust(secret ?? '')
      const find = () => db.webhook.findUniqueOrThrow({ where: { id: webhook.id } })
      return { ...process, receiver, find, id: webhook.id, secret: secret ?? '' }
    },
    /** Sets the clock; milliseconds from the present of the machine. */
    setTime(milliseconds: number) {
      time = new Date(Date.now() + milliseconds)
    },
    pass(milliseconds: number) {
      time = new Date(time.getTime() + milliseconds)
    },
    now,
    /** Appends entries to the audit log. */
    async happen(action: AuditAction, ...resources: string[]): Promise<void> {
      for (const resource of resources) {
        const states = { before: { email: 'anna@lu.example' }, after: { email: 'ben@lu.example' } }
        await recordOnly(db, caller, { action, resource, eventTypes: ['registration'], ...states })
      }
    },
    async close() {
      await db.$disconnect()
      await database.close()
    },
  }
}

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
