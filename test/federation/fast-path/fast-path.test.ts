/** Tests the fast path: status, headers and bytes are those of the routes alone, at any time and for any request. */
import { Agent, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '#federation/anchors/app.ts'
import { createClientAuthenticator } from '#federation/client/authenticator.ts'
import { createAuthMethods } from '#federation/client/own-metadata.ts'
import { createReplayGuard } from '#store/replay.ts'
import { eventually } from '#test/helpers/product.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { type Asked, all, ids, query, type, urls } from './requests.ts'

const agent = new Agent({ keepAlive: true })

/** The same, without the fast path. */
let routes: FastifyInstance
let repeated = 0

const ta = trustAnchorInFile({ resolveRateLimit: 100_000 })
beforeAll(async () => {
  const { parts, redis, app } = ta
  const replays = createReplayGuard({ redis: redis.client, prefix: '' })
  const clients = createClientAuthenticator({ ...parts, replays })
  // One resolver, because each renews its answers at a random time.
  const own = { resolver: ta.resolver, clients, authMethods: createAuthMethods(parts.ownMetadata) }
  routes = buildApp(
    { ...parts, ...own, version: '0.0.0-test' },
    { repeatsAnswers: false, resolveRateLimit: 100_000 },
  )
  app.onRepeatedAnswer(() => {
    repeated++
  })
  for (const server of [app, routes]) await server.listen({ host: '127.0.0.1', port: 0 })
  // A list that is long enough to be compressed.
  for (let at = 0; at < 40; at++) await ta.publishSubordinate({ id: `https://member-${at}.example` })
  await publish()
})
afterAll(async () => {
  agent.destroy()
  await routes.close()
})

async function publish(methods?: Record<string, string[]>) {
  await ta.publishConfiguration({
    metadata: { federation_entity: { federation_fetch_endpoint: `${entityId}/fetch`, ...methods } },
  })
  for (const id of ids)
    await ta.publishSubordinate({
      id,
      entityTypes: id.endsWith('/c') ? ['openid_provider'] : ['openid_relying_party'],
    })
  await ta.issueTrustMark({ type, subject: ids[0] ?? '', exp: ta.now() + 3600 })
}

/** Everything that a client sees, but for the time of the answer. */
function ask(server: FastifyInstance, { method, url, headers, body }: Asked) {
  const { port } = server.server.address() as AddressInfo // it listens on TCP
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const sent = sendRequest({ agent, port, host: '127.0.0.1', method, path: url, headers }, async (answer) => {
    const chunks = await answer.toArray()
    const isTime = (name = '') => ['date', 'x-ratelimit-reset'].includes(name.toLowerCase())
    const head = answer.rawHeaders.map((text, at) => (isTime(answer.rawHeaders[at - 1]) ? '' : text))
    resolve({ status: answer.statusCode, head, body: Buffer.concat(chunks).toString('latin1') })
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

const servers = () => [ta.app, routes]

/** Both servers count each request against limits, so both get the same ones. */
async function expectSame(asked: Asked): Promise<void> {
  const [fast, slow] = await Promise.all(servers().map((server) => ask(server, asked)))
  expect(fast, JSON.stringify(asked)).toEqual(slow)
}

/** The first request of a URL is only remembered; the second leaves an answer to repeat. */
async function warmUp(url: string, times: number): Promise<void> {
  for (const encoding of ['identity', 'gzip'])
    for (let time = 0; time < times; time++)
      for (const server of servers())
        await ask(server, { method: 'GET', url, headers: { 'accept-encoding': encoding } })
}

test('answers a thousand requests as the routes do', async () => {
  expect(all.length).toBeGreaterThan(1_000)
  for (const url of urls) await warmUp(url, 2)
  for (const asked of all) await expectSame(asked)
  expect(repeated).toBeGreaterThan(100)
})

async function expectAllSame() {
  for (const url of urls) {
    await warmUp(url, 1)
    // An answer of /resolve may be renewed between the two.
    await eventually(() => expectSame({ method: 'GET', url, headers: {} }))
  }
}
const statusOf = async (url: string) =>
  ((await ask(ta.app, { method: 'GET', url, headers: {} })) as { status: number }).status

test.each([
  ['another program', false],
  ['our publisher', true],
])('sees each change by %s at once', async (_writer, isOurs) => {
  if (isOurs) await ta.redis.client.set(ta.names.publicationMarker, 'ours')
  await ta.announce({ kind: 'all' })
  const [first = '', second = ''] = ids
  const fetchUrl = `/fetch?${query({ sub: first })}`
  const markUrl = `/trust_mark?${query({ sub: first, trust_mark_type: type })}`
  await expectAllSame()
  await ta.publishSubordinate({ id: first, statement: { crit: [] } })
  await expectAllSame()
  await ta.removeSubordinate(first)
  expect(await statusOf(fetchUrl)).toBe(404)
  await expectAllSame()
  const mark = await ta.issueTrustMark({ type, subject: second })
  await expectAllSame()
  await ta.revokeTrustMark(mark, { type, subject: second })
  await expectAllSame()
  expect(await statusOf(markUrl)).toBe(200)
  const jwks = ta.jwks
  await ta.publishConfiguration({ trust_mark_owners: { [type]: { sub: 'https://owner.example', jwks } } })
  expect(await statusOf(markUrl)).toBe(404) // no delegation
  await expectAllSame()
  await publish()
  await expectAllSame()
  await ta.redis.client.del(ta.names.publicationMarker)
  await ta.announce({ kind: 'all' })
})

test('answers about any member without the framework, from the first answer of the endpoint on', async () => {
  const count = async (work: () => Promise<unknown>) => {
    const before = repeated
    await work()
    return repeated - before
  }
  const fetchOf = (id: string) => `/fetch?${query({ sub: id })}`
  await expectSame({ method: 'GET', url: fetchOf('https://member-0.example'), headers: {} })
  const first = async () => {
    for (let at = 1; at < 40; at++)
      await expectSame({ method: 'GET', url: fetchOf(`https://member-${at}.example`), headers: {} })
  }
  expect(await count(first)).toBe(39)
  const absent = () => expectSame({ method: 'GET', url: fetchOf('https://no-member.example'), headers: {} })
  expect(await count(absent)).toBe(0)
})

test('ends with client authentication, which the Entity Configuration demands', async () => {
  const url = `/fetch?${query({ sub: ids[0] ?? '' })}`
  expect([await statusOf(url), await statusOf(url)]).toEqual([200, 200])
  await publish({ federation_fetch_endpoint_auth_methods: ['private_key_jwt'] })
  expect(await statusOf(url)).toBe(401)
  await expectAllSame()
  await publish()
  expect(await statusOf(url)).toBe(200)
})

test('ends with the last minute of a document, and with its expiry', async () => {
  const before = repeated
  for (const ahead of [3600 - 90, 3600 - 50, 3600 - 5, 3600 + 5]) {
    ta.clock.ahead = ahead
    await expectAllSame()
  }
  expect(await statusOf('/.well-known/openid-federation')).toBe(503)
  ta.clock.ahead = 0
  expect(repeated).toBeGreaterThan(before)
})

test('ends with the connection to Redis', async () => {
  const url = '/.well-known/openid-federation'
  expect([await statusOf(url), await statusOf(url)]).toEqual([200, 200])
  await ta.redis.stop()
  await untilTrue('the server knows', async () => (await statusOf(url)) === 503)
  await expectAllSame()
  await ta.redis.restart()
  await publish()
  await expectAllSame()
})

test('ends when the server closes: a connection is not kept', async () => {
  const url = '/.well-known/openid-federation'
  expect(await statusOf(url)).toBe(200)
  const closing = ta.app.close()
  await expect(ask(ta.app, { method: 'GET', url, headers: {} })).rejects.toThrow()
  await closing
})
