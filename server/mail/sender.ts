/**
 * Sends the e-mails of the outbox, one after another, and repeats those that failed. Any number of senders works on one
 * database: a row is taken by one of them. If that one is killed, another one takes the row, and sends the same Message-ID.
 */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Mail } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { isDatabaseOutage } from '#server/error/database-outage.ts'
import { mayStillRead, type Seal } from '#server/mail/outbox.ts'
import { DeliveryError, type Transport } from '#server/mail/transport.ts'

const INTERVAL_MS = 2_000
const MINUTE_MS = 60_000
/** Minutes until the next attempt, after the first one, the second one and so on; the last one repeats. */
const WAITS = [1, 5, 15, 60, 240]
/** For which a sender has a row: longer than a delivery takes. */
const CLAIM_MS = MINUTE_MS
/** Milliseconds for a delivery to end when the process closes. */
const CLOSE_GRACE_MS = 5_000

type Parts = {
  db: Database
  transport: Transport
  seal: Seal
  /** The domain of the sender, for the Message-ID. */
  domain: string
  now: Clock
  log: FastifyBaseLogger
}

export type MailSender = {
  /** Sends what is due, until nothing is or the SMTP server is away. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** Drains at intervals. */
export function startMailSender(parts: Parts): MailSender {
  const sender = createMailSender(parts)
  const timer = setInterval(() => void sender.drain(), INTERVAL_MS)
  return {
    drain: sender.drain,
    async close() {
      clearInterval(timer)
      await sender.close()
    },
  }
}

export function createMailSender(parts: Parts): MailSender {
  const { db, transport, seal, domain, now, log } = parts
  const closing = new AbortController()
  let isClosing = false
  let running: Promise<void> | undefined

  async function sendDue(): Promise<void> {
    try {
      while (!isClosing) {
        const mail = await claim(db, now())
        if (!mail || !(await attempt(mail))) return
      }
    } catch (err) {
      if (!isDatabaseOutage(err))
        log.error({ err }, 'the e-mails cannot be read or stored; it is tried again')
    }
  }

  /** False: the next one would fail too. */
  async function attempt(mail: Mail): Promise<boolean> {
    if (!(await mayStillRead(db, mail))) {
      log.info({ mail: mail.id, event: mail.event }, 'an e-mail is deleted: its recipient has lost the right')
      await db.mail.deleteMany({ where: ours(mail) })
      return true
    }
    try {
      await deliver(mail)
      await end(mail, { state: 'SENT', body: null, lastError: null })
      return true
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      const { message, isFinal, isOutage } = error
      log.warn({ mail: mail.id, event: mail.event, reason: message }, 'an e-mail was not sent')
      const next = new Date(now().getTime() + waitAfter(mail.attempts))
      if (isFinal || next > mail.giveUpAt) await end(mail, { state: 'FAILED', lastError: message })
      else await store(mail, { nextAt: next, lastError: message })
      return !isOutage
    }
  }

  async function deliver({ id, recipient, body, createdAt, giveUpAt, lastError }: Mail): Promise<void> {
    if (now() > giveUpAt)
      throw new DeliveryError(lastError ?? 'It waited too long, because no process sent e-mail.', {
        isFinal: true,
      })
    const message = await seal.open(body ?? '')
    if (!message)
      throw new DeliveryError('It cannot be decrypted: AUTH_SECRET has changed.', { isFinal: true })
    const messageId = `<inmor-${createdAt.getTime()}-${id}@${domain}>`
    await transport.send(recipient, messageId, message, closing.signal)
  }

  /** Only while the row is ours. */
  const ours = ({ id, attempts }: Mail) => ({ id, attempts, state: 'WAITING' })
  const store = (mail: Mail, data: Partial<Mail>) => db.mail.updateMany({ where: ours(mail), data })
  const end = (mail: Mail, data: Partial<Mail>) => store(mail, { ...data, endedAt: now() })

  return {
    drain() {
      running ??= sendDue().finally(() => {
        running = undefined
      })
      return running
    },
    async close() {
      isClosing = true
      await Promise.race([running, setTimeout(CLOSE_GRACE_MS, undefined, { ref: false })])
      closing.abort()
      await running
      transport.close()
    },
  }
}

/** Takes the row that has waited the longest, and counts the attempt. */
async function claim(db: Database, now: Date): Promise<Mail | undefined> {
  const until = new Date(now.getTime() + CLAIM_MS)
  const [mail] = await db.$queryRaw<Mail[]>`
    UPDATE "Mail" SET "attempts" = "attempts" + 1, "nextAt" = ${until}::timestamp
    WHERE "id" = (
      SELECT "id" FROM "Mail" WHERE "state" = 'WAITING' AND "nextAt" <= ${now}::timestamp
      ORDER BY "nextAt", "id" LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *`
  return mail
}

function waitAfter(attempts: number): number {
  const minutes = WAITS[Math.min(attempts, WAITS.length) - 1] ?? 1
  return minutes * MINUTE_MS
}
