/** Start with many anchors, over TLS, on both addresses of localhost; and what the log says. */
import { lookup } from 'node:dns/promises'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { createLog } from '#federation/process/log.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { makeCertificate } from '../certificate.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const CONFIGURATION = '/.well-known/openid-federation'
const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }

const installation = inFile(() => prepareInstallation(main.entityId))
beforeAll(() => installation.publish(second.slug, second.entityId))

test('serves ten anchors from the first request, with one subscription connection', async () => {
  const anchors = Array.from({ length: 10 }, (_, at) => {
    return { slug: `anchor-${at}`, entityId: `https://anchor-${at}.example`, paused: false }
  })
  for (const { slug, entityId } of anchors) await installation.publish(slug, entityId)
  await installation.register(main, ...anchors)
  const server = await installation.start()
  const answers = await Promise.all(
    [main, ...anchors].map(({ entityId }) => ask(server, new URL(entityId).host, CONFIGURATION)),
  )
  expect(answers.map(({ body }) => decodeJwt(body).iss)).toEqual(
    [main, ...anchors].map(({ entityId }) => entityId),
  )
  const clients = String(await installation.redis.client.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
  expect(clients.trim().split('\n')).toHaveLength(1)
  expect(clients).toContain(' sub=11 ')
  await server.close()
})

test('over TLS, an unknown host is 421', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  await installation.register(main, second)
  const server = await installation.start({}, { tls: await makeCertificate(folder) })
  const answer = await ask(server, 'other.example', CONFIGURATION)
  expect(JSON.parse(answer.body)).toEqual({
    error: 'invalid_request',
    error_description: 'This server has no Trust Anchor with this host.',
  })
  expect(answer.status).toBe(421)
  expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+/)
  const { status, body, headers } = await ask(server, 'test.example', CONFIGURATION)
  expect([status, decodeJwt(body).iss]).toEqual([200, second.entityId])
  expect(headers['strict-transport-security']).toMatch(/^max-age=\d+/)
  await server.close()
  await rm(folder, { recursive: true })
})

test('chooses the anchor on each address of localhost', async () => {
  await installation.register(main, second)
  const server = await installation.start({}, { host: 'localhost' })
  const { port } = new URL(server.url)
  for (const { address, family } of await lookup('localhost', { all: true })) {
    const url = `http://${family === 6 ? `[${address}]` : address}:${port}`
    expect(decodeJwt((await ask({ url }, 'test.example', CONFIGURATION)).body).iss).toBe(second.entityId)
    expect((await ask({ url }, 'other.example', CONFIGURATION)).status).toBe(404)
  }
  await server.close()
  await expect(ask(server, 'test.example', CONFIGURATION)).rejects.toThrow('ECONNREFUSED')
})

test('the log names the anchor, and says once why it cannot be served', async () => {
  const lines: { level: number; msg: string; anchor?: string; err?: { message: string } }[] = []
  const stream = new Writable({
    write(text, _encoding, done) {
      lines.push(JSON.parse(String(text)))
      done()
    },
  })
  const broken = { slug: 'broken', entityId: 'https://broken.example', paused: false }
  await installation.register(main, second, broken)
  const logger = createLog({ level: 'info' }, stream)
  const server = await installation.start({ logger, waits: { anchors: 20, keys: 5 } })
  const reasons = () => lines.filter(({ anchor, level }) => anchor === 'broken' && level === 50)
  const file = join(installation.placeOf('broken').keysDirectory, 'private.json')
  await installation.publish('broken', broken.entityId)
  await untilStatus(server, 'broken.example', CONFIGURATION, 200)
  expect(reasons()).toHaveLength(1)
  expect(reasons()[0]).toMatchObject({
    err: { message: expect.stringContaining('private.json does not exist') },
  })
  await expect.poll(() => lines.filter(({ anchor }) => anchor === 'broken').at(-1)?.level).toBe(30)
  await writeFile(`${file}.new`, '{')
  await rename(`${file}.new`, file)
  await expect.poll(() => reasons()).toHaveLength(2)
  expect(lines.some(({ anchor }) => anchor === 'main')).toBe(false)
  await server.close()
})
