/** Tests the lanes of publication: what is urgent passes thousands of ordinary changes. */
import { decodeJwt } from 'jose'
import { afterAll, expect, it, vi } from 'vitest'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { type ManyEntities, registerMany } from '#test/helpers/many-entities.ts'
import { patience } from '#test/helpers/patience.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

let many: ManyEntities | undefined
const admin = adminInFile()
afterAll(() => many?.close())

const type = 'https://ta.example.org/marks/member'
const holder = 'https://holder.example.org'

async function publication() {
  const { data } = await admin.execute('{ serverStatus { publication { health pending lastError } } }')
  return data.serverStatus.publication
}
const publishedKeys = async () => {
  const jwt = await (await admin.get('/.well-known/openid-federation')).text()
  return (decodeJwt(jwt) as { jwks: { keys: unknown[] } }).jwks.keys.length
}

it('publishes a revocation, a withdrawal and an announced key before thousands of changes', async () => {
  const { db, publisher } = admin.server
  await admin.mutate('createTrustMarkType', { type }, 'id')
  const mark = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: holder }, 'id')
  const { leaf, id } = await registerLeaf(admin)
  many = await registerMany(db, admin.entityId, 5_000)
  const ordinary = many.ids.map((key) => toPublish('subordinate', key))
  await enqueue(db, [...ordinary, ...ordinary])
  const isDrained = publisher.flush(60_000)

  const changes = Promise.all([
    admin.mutate('revokeTrustMark', { id: mark.id }, 'id'),
    admin.mutate('deactivateSubordinate', { id }, 'id'),
    admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin'),
  ])
  await vi.waitFor(async () => {
    expect((await admin.get('/fetch', { sub: leaf.id })).status).toBe(404)
    expect((await admin.get('/trust_mark', { trust_mark_type: type, sub: holder })).status).toBe(404)
    expect(await publishedKeys()).toBe(2)
  }, patience)
  const { health, pending, lastError } = await publication()
  expect(pending).toBeGreaterThan(1_000)
  expect(health).not.toBe('STALLED')
  expect(lastError).toBeNull()

  await changes
  await isDrained
  expect(await publication()).toEqual({ health: 'UP_TO_DATE', pending: 0, lastError: null })
  expect(await admin.redis.client.hlen('inmor:subordinates')).toBe(5_000)
})

it('lets urgent changes pass while every statement is signed again', async () => {
  const { db, publisher } = admin.server
  const { leaf, id } = await registerLeaf(admin)
  await db.settings.update({ where: { id: 1 }, data: { statementVersion: { increment: 1 } } })
  await enqueue(db, [toPublish('subordinates')])
  const isDrained = publisher.flush(60_000)
  await vi.waitFor(async () => expect(await leftToSign()).toBeLessThan(5_000), patience)
  const change = admin.mutate('deactivateSubordinate', { id }, 'id')
  await vi.waitFor(
    async () => expect((await admin.get('/fetch', { sub: leaf.id })).status).toBe(404),
    patience,
  )
  expect(await leftToSign()).toBeGreaterThan(0)
  await change
  await isDrained
  expect(await leftToSign()).toBe(0)
})

/** Statements that do not follow the settings yet. */
async function leftToSign(): Promise<number> {
  const { db } = admin.server
  const { statementVersion } = await db.settings.findUniqueOrThrow({ where: { id: 1 } })
  const isDone = { statementBasis: { contains: `.${statementVersion}.` } }
  return db.subordinate.count({ where: { active: true, NOT: isDone } })
}
