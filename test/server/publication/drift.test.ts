/** Redis that says other than the database: found, told and put right. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { PublishContext } from '#server/publish/context.ts'
import { repairDrift } from '#server/publish/drift-repair.ts'
import { redisKeys } from '#store/keys.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { listed, register, startLeaf } from '#test/helpers/subordinate.ts'

let admin: TestAdmin
const type = 'https://ta.example.org/marks/member'
const holder = 'https://holder.example.org'
const entityIds: string[] = []

beforeAll(async () => {
  admin = await startAdmin()
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: holder }, 'id')
})
afterAll(() => admin.close())

function repair() {
  const { db, publisher } = admin.server
  // Signing is left to the server's own publisher.
  const context = { db, redis: admin.redis.client, keys: redisKeys() } as PublishContext
  return repairDrift(context, publisher)
}

async function reported() {
  const document =
    '{ serverStatus { publication { pending drift { checkedAt missing unexpected different examples } } } }'
  return (await admin.execute(document, {}, 'viewer')).data.serverStatus.publication
}

const nothing = { missing: 0, unexpected: 0, different: 0 }

it('finds nothing where nothing differs', async () => {
  expect((await reported()).drift).toBeNull()
  for (let count = 0; count < 3; count++) {
    const leaf = await startLeaf(admin)
    await register(admin, leaf)
    entityIds.push(leaf.id)
  }
  await admin.mutate(
    'deactivateSubordinate',
    { id: (await register(admin, await startLeaf(admin))).id },
    'id',
  )
  expect(await repair()).toEqual(nothing)
  expect((await reported()).drift).toEqual({ ...nothing, checkedAt: expect.any(String), examples: [] })
})

it('finds what is missing, unexpected and different, and publishes it anew', async () => {
  const { client } = admin.redis
  const [missing = '', different = '', stale = ''] = entityIds
  const ghost = 'https://ghost.example.org'
  await client.hdel('inmor:subordinates', missing)
  await client.hset('inmor:subordinates', different, 'a.b.c', ghost, 'a.b.c')
  await client.hset('inmor:subordinates:jwt', stale, 'a.b.c')
  await client.hdel(`inmor:tm:${holder}`, type)
  expect(await repair()).toEqual({ missing: 2, unexpected: 1, different: 2 })
  const { drift } = await reported()
  expect(drift).toMatchObject({ missing: 2, unexpected: 1, different: 2 })
  expect(drift.examples).toEqual(
    expect.arrayContaining([`missing: subordinate ${missing}`, `unexpected: subordinate ${ghost}`]),
  )
  await vi.waitFor(async () => expect((await reported()).pending).toBe(0), { timeout: 15_000 })
  expect(await repair()).toEqual(nothing)
  expect(await listed(admin)).toEqual([...entityIds].sort())
  expect((await admin.get('/trust_mark', { trust_mark_type: type, sub: holder })).status).toBe(200)
})

it('takes marks away that nobody issued', async () => {
  const { client } = admin.redis
  await client.hset('inmor:tm:https://ghost.example.org', type, 'a.b.c')
  expect(await repair()).toEqual({ ...nothing, unexpected: 1 })
  await vi.waitFor(async () => expect(await client.keys('*ghost*')).toEqual([]), { timeout: 15_000 })
  expect(await repair()).toEqual(nothing)
})
