/** While Redis is away, the server answers what is known and still valid, and says how old it is. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { beforeAll, expect, it, vi } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { TOLERANCE_MS } from '#federation/files/manifest.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { withdrawKey } from '#store/key-directory-change.ts'
import { folderInFile, folderInTest, inFile, inTest } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRelay } from '#test/helpers/relay.ts'
import { many, publishCollection, withCollection } from '../collection/published-collection.ts'
import { compareOnce, openExport, publishExport } from '../export/exported.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { type Bridged, startBridged } from './bridged.ts'

const [leaf, other, type] = [
  'https://rp.example.org',
  'https://op.example.org',
  'https://ta.example/marks/member',
]
const encoded = encodeURIComponent
const about = (sub: string) => `/fetch?sub=${encoded(sub)}`
const markOf = (sub: string) => `/trust_mark?trust_mark_type=${encoded(type)}&sub=${encoded(sub)}`
const configuration = '/.well-known/openid-federation'

/** What the files answer as well, with the bytes of the server. */
const exported = [
  configuration,
  about(leaf),
  about(other),
  markOf(leaf),
  '/list',
  '/list?entity_type=openid_relying_party',
  `/trust_mark_list?trust_mark_type=${encoded(type)}`,
  '/collection',
  '/status_list/1',
]
const lists = [
  '/list',
  '/list?entity_type=openid_relying_party',
  `/trust_mark_list?trust_mark_type=${encoded(type)}`,
]
/** Of these, memory has what was asked for. */
const remembered = [configuration, about(leaf), markOf(leaf)]
const resolved = `/resolve?sub=${encoded(leaf)}&trust_anchor=${encoded(entityId)}`

const ta = trustAnchorInFile()
const path = folderInFile('export')
const keysDirectory = folderInFile('keys')
const context = inFile(() => openExport(ta, path))
const server = inFile(() => startBridged(ta, { keysDirectory, exportFolder: path }))
/** Nothing writes its export. */
const empty = folderInFile('empty')
const alone = inFile(() => startBridged(ta, { keysDirectory, exportFolder: empty }))

async function publish() {
  await ta.publishConfiguration(withCollection())
  await ta.publishSubordinate(await offlineEntity(leaf))
  await ta.publishSubordinate({ id: other })
  await ta.issueTrustMark({ type, subject: leaf })
  await ta.issueTrustMark({ type, subject: other })
  await ta.publishStatusList({ number: 1, type, revoked: [3] })
  await publishCollection(ta.redis.client, many(3))
}

/** As the exporter, it signs only when each change before is older than the difference of two clocks. */
async function exportAll() {
  await compareOnce(context)
  await setTimeout(2 * TOLERANCE_MS)
  await publishExport(context)
}

const statusOf = async ({ get }: Bridged, url: string) => (await get(url)).status
const ageOf = async ({ get }: Bridged, url: string) => (await get(url)).headers.age
/** Redis, which was `stopped` at that time, has confirmed the answer some seconds before at most. It grows. */
async function expectTrueAge(of: Bridged, url: string, stopped: number) {
  const isTrue = async () => {
    const least = Math.floor((Date.now() - stopped) / 1000)
    const age = Number(await ageOf(of, url))
    expect(age, url).toBeGreaterThanOrEqual(least)
    expect(age, url).toBeLessThanOrEqual(Math.ceil((Date.now() - stopped) / 1000) + 5)
    return age
  }
  await expect.poll(isTrue).toBeGreaterThanOrEqual(2)
}

/** The server notices that Redis is away, or there. */
const untilAway = (of: Bridged) => expect.poll(() => ageOf(of, configuration)).toBeDefined()
const untilThere = (of: Bridged) =>
  vi.waitFor(async () => expect(await of.get('/health')).toMatchObject({ body: '{"status":"ok"}' }), patience)

const untilBothThere = () => Promise.all([server, alone].map(untilThere))

async function restore() {
  await ta.redis.restart()
  await publish()
  await untilBothThere()
}

beforeAll(async () => {
  await publish()
  await exportAll()
  await untilBothThere() // nothing was published when they started
})

it('answers with what it remembers and with its files, until Redis has what is published again', {
  tags: 'fault/redis-away',
}, async () => {
  for (const each of [server, alone]) for (const url of remembered) await each.get(url)
  const before = new Map<string, string>()
  // Not from the server, which then remembers it.
  for (const url of exported) before.set(url, (await ta.app.inject(url)).body)
  await ta.redis.stop()
  const stopped = Date.now()
  for (const each of [server, alone]) await untilAway(each)
  for (const url of remembered) await expectTrueAge(alone, url, stopped)

  for (const url of exported) {
    const { status, headers, body } = await server.get(url)
    // Another process signs the same list again.
    if (url.startsWith('/status')) expect(decodeJwt(body)).toMatchObject({ status_list: expect.anything() })
    else expect(body, url).toBe(before.get(url))
    expect([status, headers['access-control-allow-origin']], url).toEqual([200, '*'])
    await expectTrueAge(server, url, stopped)
  }
  expect(decodeJwt((await server.get(resolved)).body)).toMatchObject({ iss: entityId, sub: leaf })
  expect((await server.get(about(leaf), { method: 'HEAD' })).body).toBe('')
  for (const url of exported) {
    const has = remembered.includes(url)
    expect([url, await statusOf(alone, url)]).toEqual([url, has ? 200 : 503])
  }
  for (const url of [
    about('https://none.example'),
    '/historical_keys',
    '/status',
    '/list?trust_mark_type=x',
  ]) {
    expect([url, await statusOf(server, url)]).toEqual([url, 503])
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const asked = { method: 'POST', headers: form, body: `trust_mark=${before.get(markOf(leaf))}` }
  expect((await server.get('/trust_mark_status', asked)).status).toBe(503)

  const health = await server.get('/health')
  expect([health.status, JSON.parse(health.body)]).toEqual([
    200,
    { status: 'degraded', detail: expect.stringMatching(/^Redis is away\. Answers are as of 20.*Z\.$/) },
  ])
  const asOf = Date.parse(JSON.parse(health.body).detail.match(/as of (.*)\./)[1])
  expect(asOf).toBeLessThanOrEqual(stopped)
  const said = /Redis is away\. Answers are from memory and from the files of the export, as of 20/
  await expect.poll(() => server.log()).toMatch(said)

  // An empty Redis is not an empty federation.
  await ta.redis.restart()
  await expect.poll(() => ta.redis.client.ping()).toBe('PONG')
  for (const url of exported) expect([url, await statusOf(server, url)]).toEqual([url, 200])
  expect(await statusOf(server, about('https://none.example'))).toBe(503)
  expect(JSON.parse((await server.get('/health')).body).status).toBe('degraded')

  await publish()
  await untilBothThere()
  for (const url of [...exported, resolved]) expect([url, await ageOf(server, url)]).toEqual([url, undefined])
  expect(await statusOf(server, about('https://none.example'))).toBe(404)
  await expect.poll(() => server.log()).toContain('Redis answers again')
  expect(server.log().match(/Redis is away/g)).toHaveLength(1)
  // No line for each refused request, but their number.
  expect(server.log()).not.toContain('Request failed')
  const refused = [...server.log().matchAll(/"refused":(\d+)/g)].at(-1)?.[1]
  expect(Number(refused)).toBeGreaterThanOrEqual(6)
})

it('answers the last crawl from its files when Redis was emptied, until the next one', {
  tags: 'fault/redis-emptied',
}, async () => {
  await exportAll()
  const before = (await server.get('/collection')).body
  await ta.redis.restart()
  await ta.publishConfiguration(withCollection())
  await ta.announce({ kind: 'all', withdrawsNothing: true })
  await untilBothThere()
  const { status, body, headers } = await server.get('/collection')
  expect({ status, body }).toEqual({ status: 200, body: before })
  expect(Number(headers.age)).toBeGreaterThanOrEqual(0)
  expect(await statusOf(alone, '/collection')).toBe(503)
  await publish()
  await expect.poll(() => ageOf(server, '/collection')).toBeUndefined()
})

it('answers while Redis hangs, and without an age as soon as it goes on', {
  tags: 'fault/redis-away',
}, async () => {
  await exportAll()
  for (const url of remembered) await server.get(url)
  ta.redis.pause()
  try {
    await expect.poll(() => ageOf(server, '/list')).toBeDefined()
    for (const url of exported) expect([url, await statusOf(server, url)]).toEqual([url, 200])
  } finally {
    ta.redis.resume()
  }
  await expect.poll(() => ageOf(server, '/list')).toBeUndefined()
  await untilThere(server)
})

it('never answers what it knows to be removed or revoked, although files have it', async () => {
  const id = 'https://removed.example.org'
  await ta.publishSubordinate(await offlineEntity(id))
  const mark = await ta.issueTrustMark({ type, subject: id })
  await exportAll()
  const urls = [about(id), markOf(id), `/resolve?sub=${encoded(id)}&trust_anchor=${encoded(entityId)}`]
  for (const url of urls) await expect.poll(() => statusOf(server, url)).toBe(200)
  await ta.removeSubordinate(id)
  await ta.revokeTrustMark(mark, { type, subject: id })
  await expect.poll(() => statusOf(server, about(id))).toBe(404)
  await ta.redis.stop()
  await untilAway(server)
  for (const url of [...urls, '/status_list/1'])
    expect([url, await statusOf(server, url)]).toEqual([url, 503])
  expect(await statusOf(server, about(other))).toBe(200)
  // The lists go on without it.
  const listed = await Promise.all(lists.map(async (url) => JSON.parse((await server.get(url)).body)))
  expect(listed).toEqual(lists.map(() => [other, leaf]))
  await restore()
})

it('goes on with lists, responses and statements after a change just before the outage', async () => {
  await exportAll()
  for (const url of remembered) await server.get(url)
  const id = 'https://new.example.org'
  await ta.publishSubordinate({ id })
  await ta.publishSubordinate(await offlineEntity(leaf))
  const mark = await ta.issueTrustMark({ type, subject: leaf })
  await ta.announce({ kind: 'all', withdrawsNothing: true })
  await ta.redis.stop()
  const stopped = Date.now()
  await untilAway(server)
  for (const url of [...exported, resolved]) await expectTrueAge(server, url, stopped)
  expect((await server.get(markOf(leaf))).body).not.toBe(mark)
  // One that was written after the manifest proves itself.
  const file = join(path, 'trust_mark', encoded(type), `${encoded(other)}.jwt`)
  const claims = { iss: entityId, sub: other, trust_mark_type: type }
  for (const [changes, isNew] of [
    [{ iat: ta.now() }, true],
    [{ iat: ta.now() - 60 }, false],
    [{ iat: ta.now(), sub: leaf }, false],
  ] as const) {
    const jwt = await ta.sign({ ...claims, ...changes }, 'trust-mark+jwt')
    await writeFile(file, jwt)
    expect(await server.get(markOf(other))).toMatchObject(
      isNew ? { status: 200, body: jwt } : { status: 503 },
    )
  }
  await restore()
})

it('remembers what it knew before when Redis dies twice', async () => {
  await exportAll()
  for (const url of remembered) expect(await statusOf(alone, url)).toBe(200)
  await ta.redis.stop()
  const stopped = Date.now()
  await untilAway(alone)
  await ta.redis.restart()
  await expect.poll(() => ta.redis.client.ping()).toBe('PONG')
  await ta.redis.stop()
  for (const url of remembered) await expectTrueAge(alone, url, stopped)
  await ta.redis.restart()
  // It is filled again, without what was withdrawn meanwhile.
  await ta.publishSubordinate(await offlineEntity(leaf))
  await ta.publishConfiguration(withCollection())
  await ta.announce({ kind: 'all', withdrawsNothing: true })
  await untilThere(alone)
  await expect.poll(() => statusOf(alone, markOf(leaf))).toBe(404)
  await setTimeout(1_000) // it reads again what it knew, and forgets what is gone
  await ta.redis.stop()
  await untilAway(alone)
  for (const url of [configuration, about(leaf)])
    expect([url, await statusOf(alone, url)]).toEqual([url, 200])
  expect(await statusOf(alone, markOf(leaf))).toBe(503)
  await restore()
})

it('answers with files, and with the older list', async () => {
  const id = 'https://late.example.org'
  await ta.publishSubordinate(await offlineEntity(id))
  await expect.poll(() => statusOf(server, about(id))).toBe(200)
  await compareOnce(context)
  const [before, later] = [Date.now() - 10_000, Date.now() + 2_000]
  await context.record.publish({ files: later, lists: before })
  await ta.redis.stop()
  await untilAway(server)
  const urls = [about(id), about(other), '/status_list/1', '/list']
  expect(await Promise.all(urls.map((url) => statusOf(server, url)))).toEqual([200, 200, 200, 200])
  expect(Number(await ageOf(server, '/list'))).toBeGreaterThanOrEqual(10)
  await restore()
})

it('answers with nothing after its end', async () => {
  const id = 'https://short.example.org'
  await ta.publishSubordinate({ id, exp: ta.now() + 4 })
  await exportAll()
  for (const each of [server, alone]) await expect.poll(() => statusOf(each, about(id))).toBe(200)
  await ta.redis.stop()
  for (const each of [server, alone]) await untilAway(each)
  for (const each of [server, alone]) expect(await statusOf(each, about(id))).toBe(200)
  for (const each of [server, alone]) {
    await expect.poll(() => statusOf(each, about(id))).toBe(503)
  }
  await restore()
})

it('answers as the files do when they are newer than its memory', async () => {
  const [id, added] = ['https://gone.example.org', 'https://added.example.org']
  await ta.publishSubordinate({ id })
  await exportAll()
  const relay = await startRelay(ta.redis.url)
  const redisUrl = `redis://127.0.0.1:${new URL(relay.url).port}`
  const apart = await inTest(startBridged(ta, { keysDirectory, exportFolder: path, redisUrl }))
  for (const url of [configuration, about(id), about(other)]) expect(await statusOf(apart, url)).toBe(200)
  await relay.close()
  await untilAway(apart)
  expect(await statusOf(apart, about(id))).toBe(200)
  // Redis and the export go on without it.
  await ta.removeSubordinate(id)
  const jwt = await ta.publishSubordinate({ id: added })
  await exportAll()
  expect(await statusOf(apart, about(id))).toBe(503)
  expect(await apart.get(about(added))).toMatchObject({ status: 200, body: jwt })
  expect(JSON.parse((await apart.get('/list')).body)).toContain(added)
  expect(await statusOf(apart, about(other))).toBe(200)
})

it('answers with nothing that a revoked key has signed', async () => {
  await exportAll()
  const directory = await folderInTest('keys')
  const late = await inTest(startBridged(ta, { keysDirectory: directory, exportFolder: path }))
  for (const url of remembered) expect(await statusOf(late, url)).toBe(200)
  await ta.redis.stop()
  await untilAway(late)
  const place = { directory, historicalDirectory: join(directory, 'historical_keys') }
  await writeNewKey(directory, await generateSigningKey('ES256'), { force: true })
  const revoked = { revoked_at: ta.now(), reason: 'compromised' }
  await withdrawKey(place, { ...toPublicJwk(ta.key), exp: ta.now(), revoked })
  await expect.poll(() => statusOf(late, configuration)).toBe(503)
  for (const url of exported) expect([url, await statusOf(late, url)]).toEqual([url, 503])
  await restore()
})

it('answers with no file that the manifest does not name as it is', async () => {
  await exportAll()
  const file = join(path, 'fetch', `${encoded(other)}.jwt`)
  const forged = await ta.sign({ iss: entityId, sub: other, exp: ta.now() + 3600 }, 'entity-statement+jwt')
  await ta.redis.stop()
  const late = await inTest(startBridged(ta, { keysDirectory, exportFolder: path }))
  await untilAway(late)
  expect(await statusOf(late, about(other))).toBe(200)
  await writeFile(file, forged)
  expect(await statusOf(late, about(other))).toBe(503)
  await writeFile(join(path, 'manifest.jwt'), 'half')
  await expect.poll(() => statusOf(late, about(leaf))).toBe(503)
  await restore()
  await exportAll()
})
