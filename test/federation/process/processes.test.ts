/** Several processes of the federation server on one port. */
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { descendants, type Program, run, survivors } from '#test/helpers/program.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'

let redis: TestRedis
let keys: string

beforeAll(async () => {
  redis = await startRedis()
  keys = await mkdtemp(join(tmpdir(), 'processes-'))
  await writeNewKey(keys, await generateSigningKey('ES256'))
})
afterAll(async () => {
  await redis.close()
  await rm(keys, { recursive: true })
})

const start = (changes: Record<string, string> = {}): Program =>
  run('federation/main.ts', [], {
    environment: {
      TA_DOMAIN: 'https://ta.example',
      REDIS_URL: redis.url,
      KEYS_DIR: keys,
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      WEB_CONCURRENCY: '3',
      ...changes,
    },
  })

const listeners = (program: Program) => [...program.stdout().matchAll(/"pid":(\d+).*Server listening/g)]
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 30_000, interval: 20 })

/** On a connection of its own, which any of them may take. */
async function health(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const outgoing = request(`${url}/health`, { agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
  outgoing.on('error', reject).end()
  return promise
}

test('share the port, tell their metrics as one, replace one that ends, and end in good order', async () => {
  const program = start()
  const [, metricsUrl] = await program.printed(/"url":"([^"]+\/metrics)"/)
  // Each of them writes its own log, in no order between them.
  await eventually(() => expect(listeners(program)).toHaveLength(3))
  const pids = listeners(program).map(([, pid]) => Number(pid))
  expect(new Set(pids).size).toBe(3)
  expect(pids).not.toContain(program.pid)
  const [url = ''] = await program.printed(/http:\/\/127\.0\.0\.1:\d+(?!\d*\/metrics)/)

  const answers = await Promise.all(Array.from({ length: 30 }, () => health(url)))
  expect(new Set(answers)).toEqual(new Set([200]))
  const count = 'inmor_http_request_duration_seconds_count'
  await eventually(async () =>
    expect((await readMetrics(metricsUrl)).values(count, { endpoint: '/health' })).toEqual([30]),
  )
  const { values } = await readMetrics(metricsUrl)
  expect(values('inmor_redis_up')).toEqual([1])
  expect(values('inmor_signing_key_info')).toEqual([1])

  process.kill(Number(pids[0]), 'SIGKILL')
  await program.printed(/another one takes its place/)
  expect(await health(url)).toBe(200)
  await eventually(() => expect(listeners(program)).toHaveLength(4))

  const all = await descendants(program.pid)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(await survivors(all)).toEqual([])
}, 90_000) // five starts of a process

test('say once why they cannot start', async () => {
  const program = start({ KEYS_DIR: join(keys, 'nowhere') })
  expect((await program.ended).code).toBe(1)
  expect(program.output().trim()).toMatch(/^[^\n]*private\.json does not exist[^\n]*$/)
})
