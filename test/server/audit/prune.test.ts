/** Tests the deletion of expired runs, audit events and sessions. */
import { expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { prune, pruneInstallation } from '#server/jobs/prune.ts'
import { pruneAuditEvents } from '#server/services/audit/retention.ts'
import { recordOnly } from '#server/services/write.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const days = (count: number) => new Date(Date.now() + count * 86_400_000)

it('removes runs older than the retention, with their items, and expired sessions', async () => {
  const { db } = admin.server
  const run = (endedAt: Date | null) =>
    db.run.create({
      data: {
        kind: 'SUBORDINATES',
        state: endedAt ? 'SUCCEEDED' : 'QUEUED',
        startedBy: 'test',
        startedAt: days(-100),
        endedAt,
        items: { create: { resource: 'https://rp.example.org', ok: true, sequence: 1 } },
      },
    })
  const [old, recent, waiting] = [await run(days(-11)), await run(days(-9)), await run(null)]
  const { id: userId } = await db.user.findFirstOrThrow()
  const session = (id: string, expiresAt: Date) =>
    db.session.create({ data: { id, token: id, userId, expiresAt } })
  await Promise.all([session('expired', days(-1)), session('valid', days(1))])

  const changed = await admin.mutate(
    'updateTrustAnchor',
    { runRetentionDays: 10 },
    'runRetentionDays',
    'admin',
  )
  expect(changed).toMatchObject({ runRetentionDays: 10 })
  expect(await prune(db, new Date())).toEqual({ runs: 1, objects: 0 })
  expect(await pruneInstallation(admin.server.installation, new Date())).toEqual({
    sessions: 1,
    auditEvents: 0,
  })
  const left = await db.run.findMany({ orderBy: { id: 'asc' }, select: { id: true } })
  expect(left).toEqual([{ id: recent.id }, { id: waiting.id }])
  expect(await db.runItem.count({ where: { runId: old.id } })).toBe(0)
  expect(await db.session.findMany({ select: { id: true } })).toEqual([{ id: 'valid' }])
})

it('removes e-mails after 30 days', async () => {
  const { installation: db } = admin.server
  const mail = (createdAt: Date, state: string) => {
    const at = { createdAt, nextAt: createdAt, giveUpAt: createdAt }
    return { event: 'INVITATION', recipient: 'anna@lu.example', state, ...at }
  }
  const data = [mail(days(-31), 'SENT'), mail(days(-31), 'FAILED'), mail(days(-29), 'FAILED')]
  await db.mail.createMany({ data })
  await pruneInstallation(db, new Date())
  expect(await db.mail.findMany()).toMatchObject([{ createdAt: data[2]?.createdAt }])
})

it('removes approvals a year after their time', async () => {
  const { installation: db } = admin.server
  const request = (expiresAt: Date, hash: string) => ({
    ...{ operations: ['POLICY'], mutation: 'updateFederationPolicy', document: '', variables: {} },
    ...{ action: 'updateFederationPolicy', resource: admin.entityId, requestedBy: 'alice' },
    ...{ requestedMethod: 'session', requestedAt: expiresAt, expiresAt, nonce: hash, hash },
  })
  await db.approval.createMany({ data: [request(days(-366), 'old'), request(days(-364), 'recent')] })
  await pruneInstallation(db, new Date())
  expect(await db.approval.findMany({ select: { hash: true } })).toEqual([{ hash: 'recent' }])
})

it('keeps recent audit entries before one that a slow clock dated', async () => {
  const { installation: db } = admin.server
  await admin.mutate('createTrustMarkType', { type: 'https://ta.example.org/marks/young' }, 'id')
  await recordOnly(db, jobCaller('test'), { action: 'pruneAuditLog', resource: '' })
  await db.$transaction([
    db.$executeRaw`ALTER TABLE "AuditEvent" DISABLE RULE "AuditEvent_no_update"`,
    db.$executeRaw`UPDATE "AuditEvent" SET "at" = 'epoch' WHERE "id" = (SELECT max("id") FROM "AuditEvent")`,
    db.$executeRaw`ALTER TABLE "AuditEvent" ENABLE RULE "AuditEvent_no_update"`,
  ])
  const before = await db.auditEvent.count()
  expect(before).toBeGreaterThan(1)
  expect(await pruneAuditEvents(db, days(-30), jobCaller('prune'))).toBe(0)
  expect(await db.auditEvent.count()).toBe(before)
})

it.each([0, 3651])('refuses to keep runs for %i days', async (runRetentionDays) => {
  const refused = await admin.mutate('updateTrustAnchor', { runRetentionDays }, 'runRetentionDays', 'admin')
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'runRetentionDays'] })
})
