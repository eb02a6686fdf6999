/** A server whose registry is empty, or names only the first anchor, answers as the app of that anchor without a front. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKeys } from '#federation/anchors/keys.ts'
import { openAnchor } from '#federation/anchors/open.ts'
import { filesOnly } from '#federation/key-store/stores.ts'
import { createChangeChannels } from '#store/change.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { ask, askRaw, prepareInstallation, untilStatus } from './installation.ts'

const main = { slug: 'main', entityId: 'https://ta.example/path', paused: false }

/** Without front and registry. */
let alone: { url: string; close(): Promise<void> }

const installation = inFile(() => prepareInstallation(main.entityId))
// It reads the registry once.
const empty = inFile(() => installation.start({ waits: { anchors: 3_600_000 } }))
beforeAll(() => installation.register({ ...main, paused: true }))
const listed = inFile(() => installation.start())
beforeAll(async () => {
  const { config, redis } = installation
  await untilStatus(listed, 'ta.example', '/list', 503)
  await installation.register(main)
  await untilStatus(listed, 'ta.example', '/list', 200)
  const logger = empty.app.log
  const keys = await openKeys(config, logger, 1_000, filesOnly)
  const changes = createChangeChannels(redis.client)
  const shared = { config, stores: filesOnly, redis: redis.client, changes, tls: undefined }
  const anchor = {
    entityId: main.entityId,
    isFirst: true,
    prefix: '',
    keys,
    logger,
    registry: undefined,
    bridgesOutages: true,
  }
  const { app, close } = openAnchor(anchor, shared)
  alone = { url: await app.listen({ host: '127.0.0.1', port: 0 }), close }
})
afterAll(() => alone.close())

const HOST = 'Host: ta.example'
const FETCH = '/fetch?sub=https://main.member.example'

const requests: [target: string, headers: string[], method?: string, version?: string][] = [
  ['/', [HOST]],
  ['/.well-known/openid-federation', [HOST]],
  ['/.well-known/openid-federation', ['Host: any.example:1234']],
  ['/path/.well-known/openid-federation', [HOST]],
  ['/.well-known/openid-federation', [HOST], 'HEAD'],
  ['/.well-known/openid-federation', [HOST, 'If-None-Match: *']],
  [FETCH, ['Host: ']],
  [FETCH, [HOST, 'Host: other.example']],
  [FETCH, [HOST, 'X-Forwarded-Host: other.example']],
  [FETCH, []],
  [FETCH, [], 'GET', '1.0'],
  [`http://other.example${FETCH}`, [HOST]],
  ['/fetch', [HOST]],
  ['/list', [HOST, 'Accept-Encoding: gzip']],
  ['/list', [HOST, 'Origin: https://tool.example'], 'OPTIONS'],
  ['/list', [HOST], 'POST'],
  ['/resolve?sub=x', [HOST]],
  ['/trust_mark_status', [HOST, 'Content-Type: text/plain', 'Content-Length: 0'], 'POST'],
  ['/status', [HOST]],
  ['/health', ['Host: 10.0.0.1']],
  ['/health/live', ['Host: 10.0.0.1']],
  ['//list', [HOST]],
  ['/%ff', [HOST]],
  ['*', [HOST], 'OPTIONS'],
  ['/nowhere', [HOST, 'Bad header']],
]

/** Times differ from answer to answer. */
const withoutTimes = (answer: string) =>
  answer.replace(/^(date|x-ratelimit-reset): .*$/gim, '$1').replace(/max-age=\d+/, 'max-age')

// Asked repeatedly, so that the fast path answers too.
test.each(requests)('%s %j %s', async (target, headers, method = 'GET', version = '1.1') => {
  const lines = [`${method} ${target} HTTP/${version}`, ...headers, 'Connection: close']
  for (let time = 0; time < 3; time++) {
    const answers = [alone, empty, listed].map((server) => askRaw(server, `${lines.join('\r\n')}\r\n\r\n`))
    const [expected = '', ...others] = (await Promise.all(answers)).map(withoutTimes)
    expect(expected).toMatch(/^HTTP\/1\.1 \d+ /)
    expect(others).toEqual([expected, expected])
  }
})

test('a second anchor changes nothing for the first, except that hosts are compared', async () => {
  const second = { slug: 'test', entityId: 'https://test.example', paused: false }
  await installation.register(main, second)
  await untilStatus(listed, 'any.example', '/list', 404)
  for (const path of ['/list', '/path/list']) {
    expect((await ask(listed, 'ta.example', path)).body).toBe('["https://main.member.example"]')
  }
  await installation.register(main)
  await untilStatus(listed, 'any.example', '/list', 200)
})
