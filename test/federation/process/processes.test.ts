/** Several processes of the federation server on one port. */
import { request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { readMetrics } from '#test/helpers/metrics.ts'
import { patience } from '#test/helpers/patience.ts'
import { descendants, type Program, survivors } from '#test/helpers/program.ts'
import { federationProcesses } from './federation-process.ts'

const { inKeys, start } = federationProcesses()

const startThree = (changes: Record<string, string> = {}): Program =>
  start({ METRICS_PORT: '0', WEB_CONCURRENCY: '3', ...changes })

const listeners = (program: Program) => [...program.stdout().matchAll(/"pid":(\d+).*Server listening/g)]
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, patience)

/** Uses a new connection, which any process may accept. */
async function health(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const outgoing = request(`${url}/health/live`, { agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
  outgoing.on('error', reject).end()
  return promise
}

test('share the port, combine their metrics, replace one that exits, and close gracefully', async () => {
  const program = startThree()
  const [, metricsUrl] = await program.printed(/"url":"([^"]+\/metrics)"/)
  // The processes write their logs in no common order.
  await eventually(() => expect(listeners(program)).toHaveLength(3))
  const pids = listeners(program).map(([, pid]) => Number(pid))
  expect(new Set(pids).size).toBe(3)
  expect(pids).not.toContain(program.pid)
  const [url = ''] = await program.printed(/http:\/\/127\.0\.0\.1:\d+(?!\d*\/metrics)/)

  const answers = await Promise.all(Array.from({ length: 30 }, () => health(url)))
  expect(new Set(answers)).toEqual(new Set([200]))
  const count = 'inmor_http_request_duration_seconds_count'
  await eventually(async () =>
    expect((await readMetrics(metricsUrl)).values(count, { endpoint: '/health/live' })).toEqual([30]),
  )
  const { values } = await readMetrics(metricsUrl)
  expect(values('inmor_redis_up')).toEqual([1])
  expect(values('inmor_signing_key_info')).toEqual([1])

  process.kill(Number(pids[0]), 'SIGKILL')
  await program.printed(/Starting a replacement/)
  expect(await health(url)).toBe(200)
  await eventually(() => expect(listeners(program)).toHaveLength(4))

  const all = await descendants(program.pid)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(await survivors(all)).toEqual([])
})

test('report once why they cannot start', async () => {
  const program = startThree({ KEYS_DIR: inKeys('nowhere') })
  expect((await program.ended).code).toBe(1)
  expect(program.output().trim()).toMatch(/^[^\n]*private\.json does not exist[^\n]*$/)
})
