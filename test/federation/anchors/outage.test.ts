/** While Redis is away, the known anchors stay, each with what is known of it. */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }

const publish = async () => {
  for (const { slug, entityId } of [main, second])
    await installation.publish(slug, entityId, [`https://${slug}.member.example`])
}

const installation = inFile(() => prepareInstallation(main.entityId))
beforeAll(async () => {
  await publish()
  await installation.register(main, second)
})
const server = inFile(() => installation.start())

/** Statuses of the lists of both anchors, and of an unknown host. */
const statuses = () =>
  Promise.all(
    ['ta.example', 'test.example', 'other.example'].map(
      async (host) => (await ask(server, host, '/list')).status,
    ),
  )

const eventually = (codes: number[]) => expect.poll(statuses).toEqual(codes)

test('the known anchors stay without Redis, and with one that lost its data', {
  tags: 'fault/redis-away',
}, async () => {
  expect(await statuses()).toEqual([200, 200, 404])
  for (const host of ['ta.example', 'test.example'])
    await untilStatus(server, host, '/.well-known/openid-federation', 200)
  await installation.redis.stop()
  const stopped = Date.now()
  await eventually([503, 503, 404])
  for (const { entityId } of [main, second]) {
    const { host } = new URL(entityId)
    const askOwn = () => ask(server, host, '/.well-known/openid-federation')
    expect(decodeJwt((await askOwn()).body).sub).toBe(entityId)
    await expect.poll(async () => Number((await askOwn()).headers.age)).toBeGreaterThanOrEqual(1)
    const longest = Math.ceil((Date.now() - stopped) / 1000) + 5
    expect(Number((await askOwn()).headers.age)).toBeLessThanOrEqual(longest)
  }
  const unknown = await ask(server, 'test.example', '/fetch?sub=https://unknown.example')
  expect(JSON.parse(unknown.body)).toMatchObject({ error: 'temporarily_unavailable' })
  expect(unknown.headers['retry-after']).toBe('5')

  await installation.redis.restart()
  await expect.poll(async () => (await ask(server, 'ta.example', '/health')).body).toContain('degraded')
  expect(await statuses()).toEqual([503, 503, 404])
  await publish()
  await eventually([200, 200, 404])
  await installation.register(main)
  await untilStatus(server, 'other.example', '/list', 200)
})

test('a server that starts without Redis compares hosts as soon as Redis is there', async () => {
  await installation.register(main, second)
  const { client } = installation.redis
  // Redis keeps its data, but cannot be read.
  installation.redis.pause()
  const late = await installation.start({ waits: { redis: 10, anchors: 20, keys: 20 } })
  expect((await ask(late, 'other.example', '/list')).status).toBe(503)
  installation.redis.resume()
  await client.ping()
  await untilStatus(late, 'other.example', '/list', 404)
  await untilStatus(late, 'test.example', '/list', 200)
  await late.close()
})
