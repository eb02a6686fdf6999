/** Pending requests finish when their anchor is removed, and when the server closes. */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { startRawServer } from '../raw-server.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }
const third = { slug: 'third', entityId: 'https://third.example', paused: false }

/** Of an answer whose entity was asked. */
const FINISHED = 'No Trust Chain leads from'

const installation = inFile(() => prepareInstallation(main.entityId, { ALLOW_HTTP: 'true' }))
beforeAll(async () => {
  for (const { slug, entityId } of [second, third]) await installation.publish(slug, entityId)
})
beforeEach(() => installation.register(main, second, third))
const server = inEach(() => installation.start())

/** Resolves an entity that answers only after `meanwhile`. */
async function resolveSlowly(hosts: readonly string[], meanwhile: () => Promise<void>) {
  let work: Promise<void> | undefined
  const entity = await startRawServer(async (_request, response) => {
    work ??= meanwhile()
    await work
    response.writeHead(404).end()
  })
  const resolve = (host: string) =>
    ask(server, host, `/resolve?sub=${entity.url}&trust_anchor=https://${host}`)
  const answers = await Promise.all(hosts.map(resolve))
  await entity.close()
  return answers
}

test('a removed anchor finishes its requests', async () => {
  const [answer] = await resolveSlowly(['test.example'], async () => {
    await installation.register(main, third)
    await untilStatus(server, 'test.example', '/list', 404)
  })
  expect(answer).toMatchObject({ status: 404, body: expect.stringContaining(FINISHED) })
  expect(answer?.headers.connection).toBe('close')
})

test('a server that closes finishes the requests of every anchor', async () => {
  let closed: Promise<void> | undefined
  const hosts = ['ta.example', 'test.example', 'third.example']
  const answers = await resolveSlowly(hosts, async () => {
    closed = server.close()
    await expect.poll(() => ask(server, 'ta.example', '/list').catch(String)).toMatch(/ECONNREFUSED/)
  })
  for (const answer of answers) {
    expect(answer.body).toContain(FINISHED)
    expect(answer.headers.connection).toBe('close')
  }
  await closed
})

test('an anchor that returns while its former requests finish is served', async () => {
  const [answer] = await resolveSlowly(['test.example'], async () => {
    await installation.register(main, third)
    await untilStatus(server, 'test.example', '/list', 404)
    await installation.register(main, second, third)
    await untilStatus(server, 'test.example', '/list', 200)
  })
  expect(answer?.body).toContain(FINISHED)
  await installation.publish(second.slug, second.entityId, ['https://new.member.example'])
  await expect
    .poll(async () => (await ask(server, 'test.example', '/list')).body)
    .toBe('["https://new.member.example"]')
})
