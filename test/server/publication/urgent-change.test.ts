/** Tests urgent changes between the pages of a long publication: an older page does not publish them back. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '#server/clock.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { publish } from '#server/publish/publish.ts'
import { openSigningKeys, type SigningKeys } from '#server/publish/signing-keys.ts'
import { validityOf } from '#server/publish/spread.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'

let signingKeys: SigningKeys
let context: PublishContext

/** Several pages. */
const COUNT = 2_200
const admin = adminInFile()
const many = inFile(() => registerMany(admin.server.db, admin.entityId, COUNT))
beforeAll(async () => {
  await admin.server.publisher.stop()
  signingKeys = await openSigningKeys({
    directory: admin.config.keysDirectory,
    historicalDirectory: admin.config.historicalKeysDirectory,
    onError: () => {},
  })
  const { entityId, redis, server } = admin
  const [keys, now] = [redisKeys(), systemClock]
  context = { db: server.db, redis: redis.client, keys, entityId, signingKeys, now }
})
afterAll(() => signingKeys.close())

it('keeps a withdrawn member withdrawn, and the newer statement of a changed one', async () => {
  const { db, redis, keys } = context
  const [withdrawn = '', changed = '', other = ''] = many.ids.toSorted().slice(800)
  let beats = 0
  await publish(context, 'subordinates', [], async () => {
    beats += 1
    if (beats !== 1) return
    await db.subordinate.update({ where: { entityId: withdrawn }, data: { active: false } })
    const data = { validFor: 3, version: { increment: 1 } }
    await db.subordinate.update({ where: { entityId: changed }, data })
    await publish(context, 'subordinate', [withdrawn, changed], async () => {})
  })
  expect(beats).toBeGreaterThan(3)
  expect(await redis.hlen(keys.subordinates)).toBe(COUNT - 1)
  expect(await redis.hexists(keys.subordinates, withdrawn)).toBe(0)
  const hours = async (entityId: string) => {
    const { iat = 0, exp = 0 } = decodeJwt((await redis.hget(keys.subordinates, entityId)) ?? '')
    return validityOf(entityId, exp - iat)
  }
  expect([await hours(changed), await hours(other)]).toEqual([3, 168])
})
