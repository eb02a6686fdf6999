/** In a Redis Cluster, each anchor has its keys in one slot, and the slots are spread. */
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import { PREFIX, startCluster } from '#test/helpers/redis-cluster.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const further = ['one', 'two', 'three'].map((slug) => {
  return { slug, entityId: `https://${slug}.example`, paused: false }
})

test('serves anchors from all nodes, and hears of their changes', async () => {
  const installation = await prepareInstallation(main.entityId, { REDIS_KEY_PREFIX: PREFIX }, startCluster)
  const { redis, placeOf, publish, register } = installation
  for (const { slug, entityId } of further) await publish(slug, entityId, [`https://${slug}.member.example`])
  await register(main, ...further)
  const server = await installation.start()
  for (const { slug, entityId } of [main, ...further]) {
    const host = new URL(entityId).host
    const configuration = await ask(server, host, '/.well-known/openid-federation')
    expect(decodeJwt(configuration.body).iss).toBe(entityId)
    const list = async () => JSON.parse((await ask(server, host, '/list')).body)
    expect(await list()).toEqual([`https://${slug}.member.example`])
    await publish(slug, entityId, ['https://a.example'])
    await untilTrue(`${host} lists the new member`, async () => (await list()).length === 2)
  }
  const slots = [main, ...further].map(({ slug }) => {
    const { entityConfiguration } = redisKeys(placeOf(slug).redisKeyPrefix)
    return redis.client.call('CLUSTER', 'KEYSLOT', entityConfiguration)
  })
  expect(new Set(await Promise.all(slots)).size).toBe(slots.length)
  await register(main)
  await untilStatus(server, 'other.example', '/list', 200)
  await server.close()
  await installation.close()
})
