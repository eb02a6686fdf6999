/** Tests that a reader has every change that was announced before it catches up. */
import { UnsecuredJWT } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import { formatChange } from '#store/change.ts'
import { connectRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { computeEntityTag } from '#store/published-jwt.ts'
import { createReader } from '#store/reader.ts'
import { startRedis } from '#test/helpers/redis.ts'

const id = 'https://rp.example'
const jwtOf = (name: string) => new UnsecuredJWT({ name }).setExpirationTime('1h').encode()

/** The announcement comes behind many others, so that it arrives later than the reply to the writer. */
const SCRIPT = `
  for i = 1, 20000 do redis.call('PUBLISH', KEYS[1], ARGV[1]) end
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
  return redis.call('PUBLISH', KEYS[1], ARGV[4])`

it('reads what was published just before', async () => {
  const server = await startRedis()
  const redis = connectRedis(server.url)
  const writer = connectRedis(server.url)
  const reader = createReader({ redis })
  onTestFinished(async () => {
    reader.close()
    redis.disconnect()
    writer.disconnect()
    await server.close()
  })
  const keys = redisKeys('')
  await expect.poll(() => writer.pubsub('NUMSUB', keys.changes)).toEqual([keys.changes, 1])
  for (let number = 0; number < 5; number++) {
    const jwt = jwtOf(String(number))
    const [other, change] = [formatChange({ kind: 'collection' }), formatChange({ kind: 'subordinate', id })]
    const named = [keys.changes, keys.subordinateConfigurations]
    await writer.eval(SCRIPT, named.length, ...named, other, id, jwt, change)
    await reader.catchUp()
    expect(await reader.subordinateConfigurationTag(id)).toBe(computeEntityTag(jwt))
  }
})
