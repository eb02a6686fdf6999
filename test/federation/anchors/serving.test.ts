/** One server of several anchors, by host and by path, while the registry changes. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { type Answer, ask, prepareInstallation, untilStatus } from './installation.ts'

const CONFIGURATION = '/.well-known/openid-federation'
const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }
const edu = { slug: 'edu', entityId: 'https://ta.example/edu', paused: false }

const installation = inFile(() => prepareInstallation(main.entityId))
beforeAll(async () => {
  await installation.publish(second.slug, second.entityId, ['https://test.member.example'])
  await installation.publish(edu.slug, edu.entityId, ['https://edu.member.example'])
  await installation.register(main, second, edu)
})
const server = inFile(() => installation.start())

const subjectOf = ({ body }: Answer) => decodeJwt(body).sub

const members = async (host: string, path: string) => JSON.parse((await ask(server, host, path)).body)

test('answers for each anchor by its host and path', async () => {
  expect(subjectOf(await ask(server, 'ta.example', CONFIGURATION))).toBe(main.entityId)
  expect(subjectOf(await ask(server, 'test.example', CONFIGURATION))).toBe(second.entityId)
  expect(subjectOf(await ask(server, 'ta.example', `/edu${CONFIGURATION}`))).toBe(edu.entityId)
  expect(await members('ta.example', '/list')).toEqual(['https://main.member.example'])
  expect(await members('test.example', '/list')).toEqual(['https://test.member.example'])
  expect(await members('ta.example', '/edu/list')).toEqual(['https://edu.member.example'])
  const redirection = await ask(server, 'ta.example', '/edu?x=y')
  expect([redirection.status, redirection.headers.location]).toEqual([308, '/edu/'])
  const page = await ask(server, 'ta.example', '/edu/')
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.body).toContain(edu.entityId)
  const query = await ask(server, 'ta.example', '/edu/fetch?sub=https://edu.member.example')
  expect(decodeJwt(query.body)).toMatchObject({ iss: edu.entityId, sub: 'https://edu.member.example' })
})

test('errors name the path that the client used', async () => {
  const unknown = await ask(server, 'ta.example', '/edu/nowhere')
  expect(JSON.parse(unknown.body).error_description).toBe('There is no endpoint at /edu/nowhere.')
  const put = await ask(server, 'ta.example', '/edu/list', { method: 'PUT' })
  expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD'])
})

test('compares hosts without case and with the default port', async () => {
  for (const host of ['TEST.example', 'test.example:443', 'Test.Example:443'])
    expect(subjectOf(await ask(server, host, CONFIGURATION))).toBe(second.entityId)
  for (const host of ['test.example:80', 'test.example:8443', 'test.example.', 'x.test.example'])
    expect((await ask(server, host, CONFIGURATION)).status).toBe(404)
})

test('refuses an unknown host like any error, but reports its health', async () => {
  const answer = await ask(server, 'other.example', CONFIGURATION)
  expect(answer.status).toBe(404)
  expect(JSON.parse(answer.body)).toEqual({
    error: 'not_found',
    error_description: 'This server has no Trust Anchor with this host.',
  })
  const { headers } = await ask(server, 'ta.example', '/nowhere')
  expect(Object.keys(answer.headers).sort()).toEqual(Object.keys(headers).sort())
  for (const path of ['/health', '/health/live']) {
    expect(await ask(server, 'other.example', path)).toMatchObject({ status: 200, body: '{"status":"ok"}' })
  }
})

test('lists an anchor that is added, and forgets one that is removed', async () => {
  const added = { slug: 'added', entityId: 'https://added.example', paused: false }
  await installation.publish(added.slug, added.entityId, ['https://added.member.example'])
  expect((await ask(server, 'added.example', '/list')).status).toBe(404)
  await installation.register(main, second, edu, added)
  await untilStatus(server, 'added.example', '/list', 200)
  expect(await members('added.example', '/list')).toEqual(['https://added.member.example'])
  // Its readers hear of changes at once.
  await installation.publish(added.slug, added.entityId, ['https://a.member.example'])
  await untilTrue(
    'the new member is listed',
    async () => (await members('added.example', '/list')).length === 2,
  )
  await installation.register(main, second, edu)
  await untilStatus(server, 'added.example', '/list', 404)
  expect(await members('test.example', '/list')).toEqual(['https://test.member.example'])
})

test('an anchor that gets another identifier is served at the new one only', async () => {
  const moved = { slug: 'moved', entityId: 'https://old.example', paused: false }
  await installation.publish(moved.slug, moved.entityId)
  await installation.register(main, second, edu, moved)
  await untilStatus(server, 'old.example', CONFIGURATION, 200)
  await installation.register(main, second, edu, { ...moved, entityId: 'https://new.example' })
  await untilStatus(server, 'new.example', CONFIGURATION, 200)
  expect((await ask(server, 'old.example', CONFIGURATION)).status).toBe(404)
  await installation.register(main, second, edu)
})

test('reports the data of another entity in the place of an anchor, and says no variable that is not about it', async () => {
  await installation.publish(second.slug, 'https://foreign.example')
  await untilStatus(server, 'test.example', '/status', 503)
  const { detail } = JSON.parse((await ask(server, 'test.example', '/status')).body)
  expect(detail).toMatch(
    /is that of https:\/\/foreign\.example, but this anchor is https:\/\/test\.example\./,
  )
  expect(detail).not.toContain('TA_DOMAIN')
  await installation.publish(second.slug, second.entityId)
  await untilStatus(server, 'test.example', '/status', 200)
})

test('a paused anchor answers 503 at every path, and serves again when it is resumed', async () => {
  await installation.register(main, { ...second, paused: true }, edu)
  await untilStatus(server, 'test.example', CONFIGURATION, 503)
  for (const path of ['/', CONFIGURATION, '/list', '/fetch?sub=x', '/status', '/nowhere']) {
    const answer = await ask(server, 'test.example', path)
    expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '5'])
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect(JSON.parse(answer.body)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'This Trust Anchor is paused. Try again later.',
    })
  }
  const form = { method: 'POST', body: 'trust_mark=x', headers: { 'content-type': 'text/plain' } }
  expect((await ask(server, 'test.example', '/trust_mark_status', form)).status).toBe(503)
  expect((await ask(server, 'test.example', '/list', { method: 'HEAD' })).status).toBe(503)
  expect((await ask(server, 'test.example', '/list', { method: 'OPTIONS' })).status).toBe(204)
  expect((await ask(server, 'test.example', '/health/live')).status).toBe(200)
  expect((await ask(server, 'ta.example', '/list')).status).toBe(200)

  await installation.register(main, second, { ...edu, paused: true })
  await untilStatus(server, 'test.example', CONFIGURATION, 200)
  await untilStatus(server, 'ta.example', '/edu/list', 503)
  expect((await ask(server, 'ta.example', '/edu/health')).status).toBe(503)
  expect((await ask(server, 'ta.example', '/edu/health/live')).status).toBe(200)

  await installation.register({ ...main, paused: true }, second, edu)
  await untilStatus(server, 'ta.example', '/list', 503)
  expect((await ask(server, 'ta.example', '/edu/list')).status).toBe(200)
  expect((await ask(server, 'ta.example', '/health')).status).toBe(200)
  await installation.register(main, second, edu)
  await untilStatus(server, 'ta.example', '/list', 200)
})

test('an anchor with a broken key directory answers 503 until it is repaired', {
  tags: 'fault/key-file-broken',
}, async () => {
  const broken = { slug: 'broken', entityId: 'https://broken.example', paused: false }
  await installation.register(main, second, edu, broken)
  await untilStatus(server, 'broken.example', '/list', 503)
  const answer = await ask(server, 'broken.example', '/list')
  expect(JSON.parse(answer.body)).toMatchObject({ error: 'temporarily_unavailable' })
  expect(answer.headers['retry-after']).toBe('5')
  expect((await ask(server, 'test.example', '/list')).status).toBe(200)

  await installation.publish(broken.slug, broken.entityId, ['https://broken.member.example'])
  await untilStatus(server, 'broken.example', '/list', 200)
  // A later fault changes nothing: the previous keys stay in use.
  await writeFile(join(installation.placeOf(broken.slug).keysDirectory, 'private.json'), '{')
  expect((await ask(server, 'broken.example', '/list')).status).toBe(200)
  await installation.register(main, second, edu)
  await rm(installation.placeOf(broken.slug).keysDirectory, { recursive: true })
})

test('ignores entries that are not anchors', async () => {
  const key = redisKeys().anchors
  const entries = {
    'Not a slug': JSON.stringify(second),
    publickeys: JSON.stringify({ entityId: 'https://bad.example', paused: false }),
    bad: '{',
    worse: JSON.stringify({ entityId: 'not a URL', paused: false }),
    unclear: JSON.stringify({ entityId: 'https://bad.example' }),
    added: JSON.stringify({ entityId: 'https://added.example', paused: false, more: 1 }),
  }
  await installation.redis.client.hset(key, entries)
  await untilStatus(server, 'added.example', '/list', 200)
  expect((await ask(server, 'bad.example', '/list')).status).toBe(404)
  await installation.register(main, second, edu)
})
