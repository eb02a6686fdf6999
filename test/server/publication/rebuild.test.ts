/** Tests a rebuild during which Redis loses staged data: partial data never replaces complete data. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '#server/clock.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { rebuild } from '#server/publish/rebuild.ts'
import { openSigningKeys, type SigningKeys } from '#server/publish/signing-keys.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'

let signingKeys: SigningKeys
let context: PublishContext

const admin = adminInFile()
const entity = inFile(() =>
  startEntity({
    metadata: { openid_relying_party: { redirect_uris: ['https://rp.example.org/cb'] } },
    authorityHints: [admin.entityId],
  }),
)
beforeAll(async () => {
  await admin.mutate('registerSubordinate', { entityId: entity.id }, 'id')
  await admin.server.publisher.stop() // it would rebuild the lost data automatically
  signingKeys = await openSigningKeys({
    directory: admin.config.keysDirectory,
    historicalDirectory: admin.config.historicalKeysDirectory,
    onError: () => {},
  })
  const { db } = admin.server
  context = {
    db,
    redis: admin.redis.client,
    keys: redisKeys(),
    entityId: admin.entityId,
    signingKeys,
    now: systemClock,
  }
})
afterAll(() => signingKeys.close())

const events = () => admin.get('/subordinate_events', { sub: entity.id })

/** Runs an action after this many written pages, and counts all pages. */
function atPage(page: number, action: () => Promise<void>) {
  let pages = 0
  return async () => {
    pages += 1
    if (pages === page) await action()
  }
}

async function snapshot(): Promise<() => Promise<void>> {
  const { client } = admin.redis
  const held = await Promise.all(
    (await client.keys('*')).map(async (key) => [key, await client.dumpBuffer(key)]),
  )
  return async () => {
    await client.flushall()
    for (const [key, value] of held) await client.restore(key as string, 0, value as Buffer)
  }
}

it('refuses the data of a replica that took over during it, and keeps published data', {
  tags: 'fault/redis-emptied',
}, async () => {
  const before = await context.redis.hgetall(context.keys.subordinateEvents)
  let goBack = async () => {}
  const take = atPage(1, async () => {
    goBack = await snapshot()
  })
  const lose = atPage(2, () => goBack())
  const rebuilding = rebuild(context, async () => {
    await take()
    await lose()
  })
  await expect(rebuilding).rejects.toThrow(UnavailableError)
  expect(await context.redis.hgetall(context.keys.subordinateEvents)).toEqual(before)
  expect((await events()).status).toBe(200)
})

it('refuses partial data when Redis was emptied during it', {
  tags: 'fault/redis-emptied',
}, async () => {
  const emptied = atPage(1, async () => void (await context.redis.flushall()))
  await expect(rebuild(context, emptied)).rejects.toThrow(UnavailableError)
  expect(await context.redis.exists(context.keys.subordinateEvents)).toBe(0)
})

it('restarts after such a loss, and leaves no staged data', async () => {
  await rebuild(context, async () => {})
  expect(await context.redis.keys('inmor:staging:*')).toEqual([])
  expect(await context.redis.hlen(context.keys.subordinateEvents)).toBe(1)
})
