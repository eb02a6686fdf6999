/** Tests that a reader has every change that was announced before it catches up. */
import { UnsecuredJWT } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import { formatChange } from '#store/change.ts'
import { connectRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { createReader } from '#store/reader.ts'
import { startRedis } from '#test/helpers/redis.ts'

const id = 'https://rp.example'
const jwtOf = (name: string) => new UnsecuredJWT({ name }).setExpirationTime('1h').encode()

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
  for (let number = 0; number < 200; number++) {
    const jwt = jwtOf(String(number))
    await writer.hset(keys.subordinateConfigurations, id, jwt)
    await writer.publish(keys.changes, formatChange({ kind: 'subordinate', id }))
    await reader.catchUp()
    expect((await reader.subordinateConfiguration(id))?.jwt).toBe(jwt)
  }
})
