/** Tests publication after a clock was temporarily far ahead: it continues when the clock is right. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { createLease } from '#server/publish/lease.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { register, registerLeaf, servedConfiguration, startLeaf } from '#test/helpers/subordinate.ts'

/** Hours. */
let ahead = 0
const admin = adminInFile({ now: () => hours(ahead) })
const schedule = schedulesInFile(admin)

const hours = (count: number) => new Date(Date.now() + count * 3_600_000)

it('publishes although a lease of another process runs out in the far future', {
  tags: 'fault/clock-ahead',
}, async () => {
  const data = { holder: 'a process that has ended', expiresAt: hours(24 * 365) }
  await admin.server.db.publisherLease.updateMany({ data })
  const { leaf } = await registerLeaf(admin)
  await expect.poll(async () => (await admin.get('/fetch', { sub: leaf.id })).status).toBe(200)
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
  const { leaf } = await registerLeaf(admin)
  const data = { statementIssuedAt: hours(24), statementExpiresAt: hours(48), statement: 'from the future' }
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data })
  await admin.server.publisher.rebuild()
  const { iat } = decodeJwt(await (await admin.get('/fetch', { sub: leaf.id })).text())
  expect(iat).toBeLessThanOrEqual(Date.now() / 1000)
})

it('has current documents again after a day ahead, while no member can be reached', {
  tags: 'fault/clock-ahead',
}, async () => {
  const leaves = await Promise.all([1, 2, 3].map(() => startLeaf(admin)))
  const manual = await startLeaf(admin)
  for (const leaf of leaves) await register(admin, leaf)
  await register(admin, manual, { autorenew: false })
  ahead = 24
  await admin.mutate('updateTrustAnchor', { statementHours: 100 }, 'version', 'admin')
  const statementOf = async (sub: string) => decodeJwt(await (await admin.get('/fetch', { sub })).text())
  const members = [...leaves, manual]
  const served = () => Promise.all([servedConfiguration(admin), ...members.map(({ id }) => statementOf(id))])
  const future = () =>
    served().then((all) => all.filter(({ iat = 0 }) => iat > Date.now() / 1000 + 60).length)
  await expect.poll(future).toBe(5)

  ahead = 0
  for (const leaf of members) leaf.misbehave('hang')
  await schedule.run('republish-future')
  await schedule.run('regenerate-entity-configuration')
  await expect.poll(future).toBe(0)
  const all = await served()
  expect(all.every(({ exp = 0 }) => exp > Date.now() / 1000)).toBe(true)
})
