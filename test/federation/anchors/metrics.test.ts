/** The metrics of further anchors have a label; those of the first are as without them. */
import { Registry } from 'prom-client'
import { beforeAll, expect, test } from 'vitest'
import { combineRegistries, createRegistry } from '#federation/metrics/registry.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { run } from '#test/helpers/program.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }
const COUNT = 'inmor_http_request_duration_seconds_count'

const installation = inFile(() => prepareInstallation(main.entityId))
beforeAll(() => installation.publish(second.slug, second.entityId))

/** Our series, without their values. */
const describe = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.includes('inmor_'))
    .map((line) => (line.startsWith('#') ? line : line.replace(/ \S+$/, '')))

test('adds the series of an anchor, and removes them with it', async () => {
  const server = await installation.start({}, { metricsPort: 0 })
  const read = async () => (await fetch(String(server.metricsUrl))).text()
  await ask(server, 'ta.example', '/list')
  const before = describe(await read())

  await installation.register(main, second)
  await untilStatus(server, 'other.example', '/list', 404)
  await untilStatus(server, 'test.example', '/list', 200)
  for (let time = 0; time < 3; time++) await ask(server, 'test.example', '/status')
  const after = describe(await read())
  expect(after.filter((line) => !line.includes('anchor='))).toEqual(before)
  const { values, names } = await readMetrics(server.metricsUrl)
  expect(new Set(names).size).toBe(names.length)
  expect(values(COUNT, { anchor: 'test', endpoint: '/status' })).toEqual([3])
  expect(values(COUNT, { endpoint: '/status' })).toEqual([3])
  expect(values('inmor_redis_up', { anchor: 'test' })).toEqual([1])
  expect(values('inmor_signing_key_info')).toHaveLength(2)
  expect(values('inmor_entity_configuration_expires_in_seconds', { anchor: 'test' })).toHaveLength(1)

  await installation.register(main)
  await expect.poll(async () => describe(await read())).toEqual(before)
  await server.close()
})

test('the label survives the combination with another service', async () => {
  await installation.register(main, second)
  const registry = createRegistry()
  const server = await installation.start({ registry })
  await ask(server, 'ta.example', '/status')
  await ask(server, 'test.example', '/status')
  const text = await combineRegistries({ ta: registry, admin: new Registry() }).metrics()
  const lines = text.split('\n').filter((line) => line.startsWith(`${COUNT}{`))
  expect(lines.filter((line) => line.includes('service="ta"'))).toHaveLength(2)
  expect(lines.filter((line) => line.includes('anchor="test"'))).toHaveLength(1)
  await server.close()
})

test('several processes add up the series of each anchor', async () => {
  await installation.register(main, second)
  const { redisUrl, keysDirectory, host } = installation.config
  const program = run('federation/main.ts', [], {
    environment: {
      TA_DOMAIN: main.entityId,
      REDIS_URL: redisUrl,
      KEYS_DIR: keysDirectory,
      HOST: host,
      PORT: '0',
      METRICS_PORT: '0',
      WEB_CONCURRENCY: '2',
    },
  })
  const [, metricsUrl] = await program.printed(/"url":"([^"]+\/metrics)"/)
  const [url = ''] = await program.printed(/http:\/\/127\.0\.0\.1:\d+(?!\d*\/metrics)/)
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ url }, 'test.example', '/status')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  await expect
    .poll(async () => (await readMetrics(metricsUrl)).values(COUNT, { anchor: 'test', endpoint: '/status' }))
    .toEqual([20])
  const { values } = await readMetrics(metricsUrl)
  expect(values('inmor_redis_up')).toEqual([1, 1])
  expect(values('inmor_redis_up', { anchor: 'test' })).toEqual([1])
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
})
