/** Tests the outbox and its senders: sealed until sent, sent once, repeated after failures, and given up. */
import { pino } from 'pino'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { MailConfig } from '#server/config/config.ts'
import { connectDatabase } from '#server/database/client.ts'
import { layOut } from '#server/mail/layout.ts'
import { createMailOutbox, createSeal, DAILY_LIMIT, type NewMail } from '#server/mail/outbox.ts'
import { createMailSender, type MailSender } from '#server/mail/sender.ts'
import { createTransport, type TransportLimits } from '#server/mail/transport.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { freePort } from '#test/helpers/port.ts'

let time = new Date()
const senders: MailSender[] = []

const database = inFile(startMigratedDatabase)
const db = inFile(() => connectDatabase(database.url))
const server = inFile(startMailServer)
afterAll(async () => {
  for (const sender of senders) await sender.close()
  await db.$disconnect()
})
beforeEach(async () => {
  await db.mail.deleteMany()
  server.received.length = 0
  server.behave({})
  time = new Date('2026-12-01T06:00:00Z')
})

const now = () => time
const later = (minutes: number) => {
  time = new Date(time.getTime() + minutes * 60_000)
}
const secrets = { authSecret: 'the first secret of thirty-two letters', previousAuthSecrets: [] as string[] }
const place = { adminUrl: 'https://console.example.org', loginRedirectUrl: '/' }
const outbox = (mail: MailConfig | null = server.config) =>
  createMailOutbox({ mail, ...secrets, ...place }, now)

type Changes = { config?: MailConfig; secrets?: typeof secrets; limits?: TransportLimits }

function sender(changes: Changes = {}): MailSender {
  const made = createMailSender({
    db,
    transport: createTransport(changes.config ?? server.config, changes.limits),
    seal: createSeal(changes.secrets ?? secrets),
    domain: 'example.org',
    now,
    log: pino({ level: 'silent' }),
  })
  senders.push(made)
  return made
}

const link = 'https://console/invitation#SECRET'
const message = layOut({ subject: 'Invitation', blocks: [link], footer: ['Why'] })
const invitation = { event: 'INVITATION', to: 'anna@lu.example', message } as const
const mail = (changes: Partial<NewMail> = {}): NewMail => ({ ...invitation, ...changes })
const put = (...mails: NewMail[]) => db.$transaction((tx) => outbox().enqueue(tx, mails))
const only = () => db.mail.findFirstOrThrow({ orderBy: { id: 'asc' } })

describe('a mail', () => {
  it('is encrypted until it is sent, and then its body is deleted', async () => {
    await put(mail())
    const waiting = await only()
    expect(waiting).toMatchObject({ state: 'WAITING', attempts: 0, event: 'INVITATION', endedAt: null })
    expect(waiting.body).toMatch(/^\$ba\$/)
    expect(JSON.stringify(waiting)).not.toContain('SECRET')
    expect(JSON.stringify(waiting)).not.toContain('Invitation')

    await sender().drain()
    expect(server.received).toMatchObject([{ to: ['anna@lu.example'] }])
    expect(server.received[0]?.text).toContain('SECRET')
    expect(await only()).toMatchObject({ state: 'SENT', body: null, attempts: 1, endedAt: time })
    await sender().drain()
    expect(server.received).toHaveLength(1)
  })

  it('is not there if the change was not committed', async () => {
    const failing = db.$transaction(async (tx) => {
      await outbox().enqueue(tx, [mail()])
      throw new Error('refused')
    })
    await expect(failing).rejects.toThrow('refused')
    expect(await db.mail.count()).toBe(0)
  })

  it('is not kept where e-mail is off, or the address can receive none', async () => {
    await db.$transaction((tx) => outbox(null).enqueue(tx, [mail()]))
    await put(mail({ to: 'viewer@users.invalid' }), mail({ to: 'anna@lu.example, evil@example.org' }))
    expect(await db.mail.count()).toBe(0)
  })

  it('with the key of another one is not sent again', async () => {
    await put(mail({ dedupeKey: 'expiry:7:1' }))
    await put(mail({ dedupeKey: 'expiry:7:1' }), mail({ dedupeKey: 'expiry:7:2' }), mail())
    await sender().drain()
    expect(server.received).toHaveLength(3)
  })

  it('is sent once by several senders', async () => {
    await put(...Array.from({ length: 8 }, (_, at) => mail({ to: `person-${at}@lu.example` })))
    await Promise.all([sender(), sender(), sender()].map((each) => each.drain()))
    const recipients = server.received.map(({ to }) => to[0])
    expect(recipients.sort()).toEqual(Array.from({ length: 8 }, (_, at) => `person-${at}@lu.example`))
  })

  it('that a killed sender had is sent by another one, with the same Message-ID', async () => {
    await put(mail())
    const ids = () => server.received.map(({ header }) => header.find((line) => /^Message-ID:/.test(line)))
    await sender().drain()
    // As if the first one had ended between the delivery and the note of it.
    const { body } = { body: await createSeal(secrets).close(message) }
    const until = new Date(time.getTime() + 60_000)
    await db.mail.updateMany({ data: { state: 'WAITING', body, endedAt: null, nextAt: until } })
    await sender().drain()
    expect(server.received).toHaveLength(1)
    later(1)
    await sender().drain()
    expect(server.received).toHaveLength(2)
    expect(new Set(ids()).size).toBe(1)
  })

  it('is readable after AUTH_SECRET was replaced', async () => {
    await put(mail())
    const next = {
      authSecret: 'another secret of thirty-two letters',
      previousAuthSecrets: [secrets.authSecret],
    }
    await sender({ secrets: next }).drain()
    expect(server.received).toHaveLength(1)
    await put(mail())
    await sender({ secrets: { ...next, previousAuthSecrets: [] } }).drain()
    expect(await db.mail.findFirst({ where: { state: 'FAILED' } })).toMatchObject({
      lastError: 'It cannot be decrypted: AUTH_SECRET has changed.',
    })
  })
})

describe('a failure', () => {
  it('is repeated after 1, 5, 15, 60 and then each 240 minutes, until the server is back', async () => {
    await put(mail())
    await server.stop()
    const waits = []
    for (let attempts = 1; attempts <= 6; attempts++) {
      await sender().drain()
      const { nextAt, ...row } = await only()
      expect(row).toMatchObject({
        state: 'WAITING',
        attempts,
        lastError: 'The SMTP server cannot be reached.',
      })
      waits.push((nextAt.getTime() - time.getTime()) / 60_000)
      await sender().drain() // not due
      time = nextAt
    }
    expect(waits).toEqual([1, 5, 15, 60, 240, 240])
    await server.restart()
    await sender().drain()
    expect(server.received).toHaveLength(1)
    expect(await only()).toMatchObject({ state: 'SENT', attempts: 7, lastError: null })
  })

  it('of the connection ends the round: the next mail would fail too', async () => {
    await put(mail(), mail(), mail())
    await sender({ config: { ...server.config, smtpUrl: `smtp://127.0.0.1:${await freePort()}` } }).drain()
    expect((await db.mail.findMany({ orderBy: { id: 'asc' } })).map(({ attempts }) => attempts)).toEqual([
      1, 0, 0,
    ])
  })

  it('is given up after three days, and its body stays for another try', async () => {
    await put(mail())
    server.behave({ refusal: '451 try again later' })
    for (let tries = 0; tries < 50; tries++) {
      await sender().drain()
      const { state, nextAt } = await only()
      if (state === 'FAILED') break
      time = nextAt
    }
    const failed = await only()
    expect(failed).toMatchObject({
      state: 'FAILED',
      lastError: expect.stringContaining('451 try again later'),
      body: expect.any(String),
    })
    const hours = (Number(failed.endedAt) - failed.createdAt.getTime()) / 3_600_000
    expect(hours).toBeGreaterThan(66)
    expect(hours).toBeLessThanOrEqual(72)
  })

  it('of a mail that no process tried within three days is that it is too old', async () => {
    await put(mail())
    later(73 * 60)
    await sender().drain()
    expect(server.received).toEqual([])
    expect(await only()).toMatchObject({
      state: 'FAILED',
      lastError: expect.stringContaining('waited too long'),
    })
  })

  it('is final when the server refuses the recipient, and does not delay others', async () => {
    await put(mail({ to: 'gone@lu.example' }))
    server.behave({ refusal: '550 no such user' })
    const first = sender()
    await first.drain()
    server.behave({})
    await put(mail())
    await first.drain()
    expect(await only()).toMatchObject({ state: 'FAILED', attempts: 1 })
    expect(server.received.map(({ to }) => to)).toEqual([['anna@lu.example']])
  })

  it('costs a limited time when the server hangs', async () => {
    await put(mail())
    server.behave({ hangs: true })
    const began = performance.now()
    await sender({ limits: { total: 1_000, step: 1_000 } }).drain()
    expect(performance.now() - began).toBeLessThan(10_000) // the step limit of a transport with none of its own
    expect(await only()).toMatchObject({
      state: 'WAITING',
      lastError: 'The SMTP server did not answer in time.',
    })
  })
})

it('drops what an address would receive beyond the limit of a day, and says so', async () => {
  await put(...Array.from({ length: DAILY_LIMIT - 1 }, () => mail()))
  await put(mail(), mail(), mail({ to: 'bo@lu.example' }))
  expect(await db.mail.count({ where: { state: 'WAITING' } })).toBe(DAILY_LIMIT + 1)
  expect(await db.mail.findMany({ where: { state: 'FAILED' } })).toMatchObject([
    {
      recipient: 'anna@lu.example',
      body: null,
      lastError: expect.stringContaining('50 messages within 24 hours'),
    },
  ])
  later(24 * 60 + 1)
  await put(mail())
  expect(await db.mail.count({ where: { state: 'FAILED' } })).toBe(1)
})
