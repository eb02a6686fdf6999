/** Tests the schedules that look for faults: each fault is an alert with its own code until it is fixed. */
import { mkdtemp, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { checkCertificate } from '#server/jobs/certificate.ts'
import { runSchedule } from '#server/jobs/scheduling.ts'
import { makeCertificate } from '#test/federation/certificate.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { freePort } from '#test/helpers/port.ts'

const { signal } = new AbortController()
const day = (count: number) => new Date(Date.now() + count * 86_400_000)

let server: Server
let origin: string
let trusted: string[]

const admin = adminInFile()
beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'inmor-certificate-'))
  const { certFile, keyFile } = await makeCertificate(directory) // valid for a day
  const [cert, key] = [await readFile(certFile), await readFile(keyFile)]
  trusted = [...getCACertificates('default'), String(cert)]
  server = createServer({ cert, key }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => setDefaultCACertificates(getCACertificates('bundled')))

const look = (url: string, now = new Date()) => checkCertificate(new URL(url), now, signal)

it('tells a certificate that expires soon, has expired, or is refused', async () => {
  const date = day(1).toISOString().slice(0, 10)
  expect(await look(origin)).toMatchObject({
    message: expect.stringContaining(`Clients refuse the certificate of ${origin}: `),
    isFault: true,
  })
  setDefaultCACertificates(trusted)
  const soon = { message: `The certificate of ${origin} expires on ${date}.` }
  expect(await look(origin)).toEqual({ ...soon, isFault: true })
  expect(await look(origin, day(-20))).toEqual({ ...soon, isFault: false })
  expect(await look(origin, day(2))).toMatchObject({
    message: `The certificate of ${origin} expired on ${date}.`,
  })
})

it('finds no fault without a certificate or without an answer', async () => {
  expect(await look('http://127.0.0.1')).toEqual({ message: 'The public address has no certificate.' })
  const away = `https://127.0.0.1:${await freePort()}`
  const { message, isFault } = await look(away)
  expect([message.startsWith(`${away} cannot be reached from here (`), isFault]).toEqual([true, undefined])
})

async function run(name: 'check-certificate' | 'verify-audit-log', entityId = admin.entityId) {
  const { db, jobContext } = admin.server
  const context = { ...jobContext, entityId }
  await db.schedule.update({ where: { name }, data: { enabled: true } })
  await runSchedule(context, name, pino({ level: 'silent' }), signal)
  const { data } = await admin.execute(
    '{ alerts { code severity message } schedules { name lastSucceeded } }',
  )
  const { lastSucceeded } = data.schedules.find((schedule: { name: string }) => schedule.name === name)
  const codes = ['AUDIT_LOG_CHANGED', 'CERTIFICATE_EXPIRES', 'SCHEDULE_FAILING']
  return { lastSucceeded, alerts: data.alerts.filter(({ code }: { code: string }) => codes.includes(code)) }
}

it('is an alert until the certificate is renewed', async () => {
  setDefaultCACertificates(trusted)
  expect(await run('check-certificate', origin)).toEqual({
    lastSucceeded: false,
    alerts: [
      {
        code: 'CERTIFICATE_EXPIRES',
        severity: 'CRITICAL',
        message: expect.stringContaining(`The certificate of ${origin} expires on `),
      },
    ],
  })
  expect(await run('check-certificate')).toEqual({ lastSucceeded: true, alerts: [] })
})

it('is an alert when somebody changed the audit log', async () => {
  const { installation: db } = admin.server
  await admin.mutate('createTrustMarkType', { type: 'https://ta.example.org/marks/a' }, 'id')
  expect(await run('verify-audit-log')).toEqual({ lastSucceeded: true, alerts: [] })
  const { id } = await db.auditEvent.findFirstOrThrow({ orderBy: { id: 'asc' } })
  const statements = [
    'ALTER TABLE "AuditEvent" DISABLE RULE "AuditEvent_no_update"',
    `UPDATE "AuditEvent" SET "actor" = 'nobody' WHERE "id" = ${id}`,
    'ALTER TABLE "AuditEvent" ENABLE RULE "AuditEvent_no_update"',
  ]
  for (const statement of statements) await db.$executeRawUnsafe(statement)
  expect(await run('verify-audit-log')).toEqual({
    lastSucceeded: false,
    alerts: [
      {
        code: 'AUDIT_LOG_CHANGED',
        severity: 'CRITICAL',
        message: `Entry ${id} was changed: its hash does not match.`,
      },
    ],
  })
})
