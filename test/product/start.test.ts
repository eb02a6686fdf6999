/** Tests `npm start`: the first start with its metrics, its configuration by files, an exit of its Redis, a clean shutdown, and the second start. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { freePort } from '#test/helpers/port.ts'
import { connectAdmin, eventually, makeInstallation, startProduct } from '#test/helpers/product.ts'
import { descendants, survivors } from '#test/helpers/program.ts'
import { copyRepository } from './example-repository.ts'
import { mutate } from './mutation.ts'

let METRICS_PORT: string

const installation = inFile(makeInstallation)
beforeAll(async () => {
  METRICS_PORT = String(await freePort())
})
const product = inFile(() => startProduct(installation, { METRICS_PORT }))

async function signIn(password: string | null): Promise<number> {
  const response = await fetch(`${installation.adminUrl}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: installation.adminUrl },
    body: JSON.stringify({ username: 'admin', password }),
  })
  await response.body?.cancel()
  return response.status
}

// Keep this test first: it counts requests.
test('serves the metrics of both servers together', async () => {
  const { adminUrl, federationUrl } = installation
  await fetch(`${federationUrl}/list`)
  await fetch(`${adminUrl}/health`)
  const { names, values } = await readMetrics(`http://localhost:${METRICS_PORT}/metrics`)
  expect(new Set(names).size).toBe(names.length)
  expect(values('inmor_redis_up', { service: 'ta' })).toEqual([1])
  expect(values('inmor_redis_up', { service: 'admin' })).toEqual([1])
  const count = 'inmor_http_request_duration_seconds_count'
  expect(values(count, { service: 'ta', endpoint: '/list' })).toEqual([1])
  expect(values(count, { service: 'admin', endpoint: '/health' })).toEqual([1])
  expect(values('process_resident_memory_bytes')).toHaveLength(1)
})

test('prints one password, with which the administrator signs in', async () => {
  expect(product.stdout().match(/Password/g)).toHaveLength(1)
  expect(product.stderr()).toBe('')
  expect(await signIn(product.password)).toBe(200)
  expect(await signIn('another one')).toBe(401)
})

test('reports that it is for evaluation, and how to use real services', () => {
  expect(product.stdout()).toMatch(/evaluation.*DATABASE_URL and REDIS_URL/)
})

test('restricts its secrets to their owner, and keeps its public keys readable', async () => {
  const modeOf = async (...path: string[]) =>
    ((await stat(join(installation.dataDirectory, ...path))).mode & 0o777).toString(8)
  expect(await modeOf()).toBe('700')
  expect(await modeOf('keys', 'private.json')).toBe('600')
  expect(await modeOf('auth-secret')).toBe('600')
  const publicKeys = await readdir(join(installation.dataDirectory, 'keys', 'publickeys'))
  expect(publicKeys).toHaveLength(1)
  expect(await modeOf('keys', 'publickeys', String(publicKeys[0]))).toBe('644')
})

test('serves the console, the API and the federation endpoints', async () => {
  const { adminUrl, federationUrl } = installation
  const page = await fetch(adminUrl, { headers: { 'accept-encoding': 'identity' } }) // as curl sends it
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await (await fetch(`${adminUrl}/health`)).json()).toEqual({ status: 'ok', redis: 'ok' })
  expect(await (await fetch(`${federationUrl}/health`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${federationUrl}/list`)).json()).toEqual([])
  const collection = async () => (await fetch(`${federationUrl}/collection`)).json()
  await expect.poll(collection).toMatchObject({ entities: [] }) // crawled right after the start
})

test('is configured by the example repository with the lines of its CI', async () => {
  const { federationUrl } = installation
  const entity = await startEntity({ authorityHints: [federationUrl], metadata: relyingParty })
  onTestFinished(() => entity.close())
  const { ci, comment, removeMembers } = await copyRepository(installation, entity.id)
  const list = async () => (await fetch(`${federationUrl}/list`)).json()

  const done = { code: 0, stdout: expect.stringMatching(/SUCCEEDED: 6 done, 0 failed\.\n$/) }
  expect(await ci('plan')).toMatchObject(done)
  expect(await comment()).toContain(`+ member ${entity.id}`)
  expect(await list()).toEqual([])
  expect(await ci('apply')).toMatchObject(done)
  await expect.poll(list).toEqual([entity.id])
  expect(await ci('plan')).toMatchObject({ code: 0 })
  expect(await comment()).toMatch(/^### Plan for `main`: nothing to do\n/)

  await removeMembers()
  const removed = { code: 0, stdout: expect.stringMatching(/SUCCEEDED: 2 done, 0 failed\.\n$/) }
  expect(await ci('apply')).toMatchObject(removed)
  await expect.poll(list).toEqual([])
})

type RedisServer = { pid: number; directory: string }

/** Redis shows in its process title where it listens. */
async function redisServer(): Promise<RedisServer> {
  const pids = await descendants(product.pid)
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'pid=,args=', '-p', pids.join()])
  const [, pid, socket] = /^ *(\d+) redis-server unixsocket:(\S+)$/m.exec(stdout) ?? []
  if (socket === undefined) throw new Error('No redis-server is among the children.')
  return { pid: Number(pid), directory: dirname(socket) }
}

test('restarts and refills a redis-server that exits', async () => {
  const first = await redisServer()
  process.kill(first.pid, 'SIGKILL')
  await eventually(async () => {
    expect((await redisServer()).pid).not.toBe(first.pid)
    const { status } = await fetch(`${installation.federationUrl}/.well-known/openid-federation`)
    expect(status).toBe(200)
  })
  expect(product.stderr()).toMatch(/redis-server exited; restarting/)
})

let statement: string
const member = inFile(() =>
  startEntity({ authorityHints: [installation.federationUrl], metadata: relyingParty }),
)
const fetchStatement = async () =>
  (await fetch(`${installation.federationUrl}/fetch?sub=${member.id}`)).text()

test('publishes a statement about a member', async () => {
  const admin = await connectAdmin(installation)
  await mutate(admin, 'registerSubordinate', { entityId: member.id }, 'entityId')
  // The mutation waits for the publication for a second only.
  await expect.poll(fetchStatement).toMatch(/^ey/)
  statement = await fetchStatement()
})

test('ends on SIGINT with exit code 0, with nothing left running and its ports free', async () => {
  const { ADMIN_PORT, FEDERATION_PORT } = installation.environment
  const { directory } = await redisServer()
  expect((await stat(directory)).mode & 0o777, 'nobody else reaches it').toBe(0o700)
  const children = await descendants(product.pid)
  expect(children).not.toEqual([]) // the redis-server and its watchdog
  const ending = await product.stop()
  expect(ending, product.output()).toEqual({ code: 0, signal: null })
  expect(await survivors([product.pid, ...children])).toEqual([])
  expect(await stat(directory).catch(({ code }) => code)).toBe('ENOENT')
  for (const port of [ADMIN_PORT, FEDERATION_PORT]) {
    const server = createServer().listen(Number(port), 'localhost')
    await once(server, 'listening')
    server.close()
  }
})

test('keeps everything for the second start, which prints no password', async () => {
  const after = await startProduct(installation)
  expect(after.password).toBeNull()
  expect(await signIn(product.password)).toBe(200)
  expect(await (await fetch(`${installation.federationUrl}/list`)).json()).toEqual([member.id])
  expect(await fetchStatement()).toBe(statement)
  expect(await after.stop()).toEqual({ code: 0, signal: null })
})
