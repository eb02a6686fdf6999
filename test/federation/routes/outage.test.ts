/** If Redis is down, the server reports an outage (503), never an empty federation. */
import { beforeAll, expect, test } from 'vitest'
import { untilTrue } from '#test/helpers/until.ts'
import { post } from '../client.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const id = 'https://rp.example'
const type = 'https://ta.example/marks/member'
const sub = encodeURIComponent(id)
const markType = encodeURIComponent(type)
const urls = [
  '/.well-known/openid-federation',
  `/fetch?sub=${sub}`,
  '/fetch?sub=https%3A%2F%2Fnobody.example',
  '/list',
  '/list?trust_marked=true',
  '/extended_list?audit_timestamps=true',
  `/subordinate_events?sub=${sub}`,
  '/collection',
  `/trust_mark?sub=${sub}&trust_mark_type=${markType}`,
  `/trust_mark_list?trust_mark_type=${markType}`,
  `/resolve?sub=${sub}&trust_anchor=https%3A%2F%2Fta.example`,
  '/historical_keys',
  '/status_list/1',
  '/status',
]

let mark: string

async function publish() {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id })
  mark = await ta.issueTrustMark({ type, subject: id })
}

const askStatus = () => post(ta.app, '/trust_mark_status', { trust_mark: mark })

const ta = trustAnchorInFile()
beforeAll(() => publish())

async function expectOutage() {
  for (const url of urls) {
    const answer = await ta.app.inject({ url })
    expect([url, answer.statusCode]).toEqual([url, 503])
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  }
  expect((await askStatus()).statusCode).toBe(503)
  const health = await ta.get('/health')
  expect(health.statusCode).toBe(503)
  expect(health.json()).toEqual({ status: 'error', detail: 'redis unavailable' })
}

/** Repeats a request until the server has reconnected to Redis, and returns its last response. */
async function recovered() {
  let health = await ta.get('/health')
  await untilTrue('the server has reconnected', async () => {
    health = await ta.get('/health')
    return health.json().detail !== 'redis unavailable'
  })
  return health
}

test('every endpoint reports that Redis is down, and recovers automatically', {
  tags: 'fault/redis-away',
}, async () => {
  for (const url of urls) await ta.app.inject({ url }) // fills the caches
  await ta.redis.stop()
  // The server loses the connections for commands and for changes one after the other.
  for (const url of ['/health', '/.well-known/openid-federation']) {
    await untilTrue(`${url} is lost`, async () => (await ta.app.inject({ url })).statusCode !== 200)
  }
  await expectOutage()
  await ta.redis.restart()
  const { statusCode, body } = await recovered()
  expect([statusCode, body]).toEqual([503, expect.stringContaining('No Entity Configuration is published')])
  // Redis is up again, but has lost its content, which is not an empty federation either.
  for (const url of urls) {
    expect([url, (await ta.app.inject({ url })).statusCode]).toEqual([url, 503])
  }
  expect((await askStatus()).statusCode).toBe(503)
  await publish()
  expect((await askStatus()).statusCode).toBe(200)
  expect((await ta.get('/list')).json()).toEqual([id])
  expect((await ta.get('/.well-known/openid-federation')).statusCode).toBe(200)
})

test('a Redis that keeps the connection but does not respond is down too', {
  tags: 'fault/redis-away',
}, async () => {
  await ta.announce({ kind: 'all' })
  ta.redis.pause()
  const answers = await Promise.all(['/health', ...urls].map((url) => ta.app.inject({ url })))
  ta.redis.resume()
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 503))
  expect((await recovered()).statusCode).toBe(200)
  expect((await ta.get('/list')).json()).toEqual([id])
})

test('reports a key that Redis lost, and nothing as absent', async () => {
  const { subordinates, issuedTrustMarks } = ta.names
  const unknown = '/fetch?sub=https%3A%2F%2Fnobody.example'
  const statusOf = async (url: string) => (await ta.app.inject({ url })).statusCode
  await ta.announce({ kind: 'all' })
  await untilTrue('the unknown entity is absent', async () => (await statusOf(unknown)) === 404)

  await ta.redis.client.hset(ta.names.subordinateInfo, id, '{}')
  await ta.redis.client.rename(subordinates, 'kept')
  await ta.announce({ kind: 'all' })
  await untilTrue('the loss is noticed', async () => (await statusOf(unknown)) === 503)
  expect([await statusOf('/list'), await statusOf(`/fetch?sub=${sub}`)]).toEqual([503, 503])
  await ta.redis.client.rename('kept', subordinates)
  await ta.announce({ kind: 'all' })
  await untilTrue('the list is back', async () => (await statusOf('/list')) === 200)

  await ta.redis.client.rename(issuedTrustMarks, 'kept')
  await ta.announce({ kind: 'all' })
  await untilTrue('the loss of the marks is noticed', async () => (await askStatus()).statusCode === 503)
  await ta.redis.client.rename('kept', issuedTrustMarks)
  await ta.announce({ kind: 'all' })
  await untilTrue('the mark is back', async () => (await askStatus()).statusCode === 200)
})
