/** Tests publication after a clock was temporarily far ahead: it continues when the clock is right. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLease } from '#server/publish/lease.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

let admin: TestAdmin
beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const hours = (count: number) => new Date(Date.now() + count * 3_600_000)

it('publishes although a lease of another process runs out in the far future', {
  tags: 'fault/clock-ahead',
}, async () => {
  const data = { holder: 'a process that has ended', expiresAt: hours(24 * 365) }
  await admin.server.db.publisherLease.updateMany({ data })
  const leaf = await startLeaf(admin)
  await register(admin, leaf)
  await expect
    .poll(async () => (await admin.get('/fetch', { sub: leaf.id })).status, { timeout: 10_000 })
    .toBe(200)
})

it('respects a lease that another process took while this one waited for the row', async () => {
  const { db } = admin.server
  const data = { holder: 'another', expiresAt: new Date(Date.now() + 35_000) }
  await db.publisherLease.updateMany({ data })
  expect(await createLease(db).hold()).toBe(false)
  await db.publisherLease.updateMany({ data: { expiresAt: new Date(0) } })
})

it('signs a statement from the future again when it is republished', {
  tags: 'fault/clock-ahead',
}, async () => {
  const leaf = await startLeaf(admin)
  await register(admin, leaf)
  const data = { statementIssuedAt: hours(24), statementExpiresAt: hours(48), statement: 'from the future' }
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data })
  await admin.server.publisher.rebuild()
  const { iat } = decodeJwt(await (await admin.get('/fetch', { sub: leaf.id })).text())
  expect(iat).toBeLessThanOrEqual(Date.now() / 1000)
})
