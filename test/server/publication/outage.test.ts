/**
 * Property: whatever changes, and whenever Redis goes away, once or twice, a federation server answers what it could answer before and
 * was not withdrawn, with its true age, and nothing that was withdrawn. OUTAGES sets the number of outages.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { pino } from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { follow } from '#federation/export/exporter.ts'
import { openExport } from '#federation/export/open.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { startFederationServer } from '#federation/start.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { createChangeChannels } from '#store/change.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { untilTrue } from '#test/helpers/until.ts'

const OUTAGES = Number(process.env.OUTAGES ?? 2)
/** Seconds: the longest between two confirmations of what is in memory, with those under way. */
const LONGEST = 8
/** Milliseconds after which a file with a member that was withdrawn and is back is certainly newer than the withdrawal. */
const CERTAIN = 3_000

const admin = adminInFile()
const path = folderInFile('export')
const log = pino({ level: 'silent' })
const readPlace = () => ({
  ...readConfig([], {
    TA_DOMAIN: admin.entityId,
    REDIS_URL: admin.redis.url,
    KEYS_DIR: admin.config.keysDirectory,
    HOST: '127.0.0.1',
    PORT: '0',
    ALLOW_HTTP: 'true',
  }),
  resolveRateLimit: 100_000,
})
const alone = inFile(() => startFederationServer(readPlace(), { logger: log }))
const bridged = inFile(() => startFederationServer({ ...readPlace(), exportFolder: path }, { logger: log }))

/** As inmor-export. */
inFile(async () => {
  const place = readPlace()
  const [stores, redis, stopped] = [
    createKeyStores(place),
    connectRedis(place.redisUrl),
    new AbortController(),
  ]
  await waitForRedis(redis, 10_000)
  const shared = { config: place, stores, redis, changes: createChangeChannels(redis), tls: undefined }
  const anchor = { slug: FIRST_ANCHOR, entityId: admin.entityId }
  const { context, close } = await openExport(anchor, path, { place, shared, log })
  const ended = follow(context, { log, signal: stopped.signal })
  return {
    async close() {
      stopped.abort()
      await ended
      await close()
      redis.disconnect()
      await stores.close()
    },
  }
})

const entities = inFile(async () => {
  const start = () => startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] })
  const all = await Promise.all([start(), start(), start(), start()])
  return { all, close: () => Promise.all(all.map((entity) => entity.close())) }
})

const types = ['https://ta.example.org/marks/one', 'https://ta.example.org/marks/two']
/** `withdrawnAt`: in milliseconds of unix time. */
const members = new Map<string, { id: string; active: boolean; withdrawnAt?: number }>()
const marks = new Map<string, { id: string; active: boolean; type: string; sub: string; jwt: string }>()
let counter = 0

const encoded = encodeURIComponent
const urls = {
  configuration: '/.well-known/openid-federation',
  history: '/historical_keys',
  list: '/list',
  relyingParties: '/list?entity_type=openid_relying_party',
  statement: (sub: string) => `/fetch?sub=${encoded(sub)}`,
  resolved: (sub: string) => `/resolve?sub=${encoded(sub)}&trust_anchor=${encoded(admin.entityId)}`,
  mark: (type: string, sub: string) => `/trust_mark?trust_mark_type=${encoded(type)}&sub=${encoded(sub)}`,
  holders: (type: string) => `/trust_mark_list?trust_mark_type=${encoded(type)}`,
}
const lists = [urls.list, urls.relyingParties, ...types.map(urls.holders)]

beforeAll(async () => {
  for (const type of types) await admin.mutate('createTrustMarkType', { type, statusList: true }, 'id')
})

const member = (entity: TestEntity | undefined) => members.get(entity?.id ?? '')

/** Some of these do nothing, such as the deactivation of one that is not a member. */
const changes: Record<string, (at: number) => Promise<unknown>> = {
  async register(at) {
    const entity = entities.all[at % entities.all.length]
    if (!entity || member(entity)) return
    const { id } = await admin.mutate('registerSubordinate', { entityId: entity.id }, 'id')
    members.set(entity.id, { id, active: true })
  },
  async deactivate(at) {
    const known = member(entities.all[at % entities.all.length])
    if (!known?.active) return
    await admin.mutate('deactivateSubordinate', { id: known.id }, 'id')
    known.active = false
    known.withdrawnAt = Date.now()
  },
  async reactivate(at) {
    const known = member(entities.all[at % entities.all.length])
    if (!known || known.active) return
    await admin.mutate('reactivateSubordinate', { id: known.id }, 'id')
    known.active = true
  },
  async issue(at) {
    const sub = at % 2 ? [...members.keys()].at(at % Math.max(1, members.size)) : undefined
    const subject = sub ?? `https://rp${counter++}.example.org`
    const type = types[at % 3 ? 0 : 1] ?? ''
    if (marks.has(`${type} ${subject}`)) return
    const input = { trustMarkType: type, entityId: subject }
    const { id, mark } = await admin.mutate('issueTrustMark', input, 'id mark { jwt }')
    marks.set(`${type} ${subject}`, { id, active: true, type, sub: subject, jwt: mark.jwt })
  },
  async revoke(at) {
    const valid = [...marks.values()].filter(({ active }) => active)
    const mark = valid[at % Math.max(1, valid.length)]
    if (!mark) return
    await admin.mutate('revokeTrustMark', { id: mark.id }, 'id')
    mark.active = false
  },
  async policy(at) {
    const metadataPolicy = { openid_relying_party: { client_name: { value: `Name ${at}` } } }
    await admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')
  },
  async name(at) {
    await admin.mutate('updateTrustAnchor', { organizationName: `Anchor ${at}` }, 'version', 'admin')
  },
  async rebuild() {
    await admin.server.publisher.rebuild()
  },
}

const get = async ({ url: base }: { url: string }, url: string) => {
  const response = await fetch(base + url)
  return { status: response.status, age: response.headers.get('age'), body: await response.text() }
}

/** URLs that were answered, when last, in milliseconds of unix time. */
const answered = { alone: new Map<string, number>(), bridged: new Map<string, number>() }
const servers = () => [
  { server: alone, seen: answered.alone, hasFiles: false },
  { server: bridged, seen: answered.bridged, hasFiles: true },
]

/** Of the files and of the lists, in milliseconds of unix time. */
function readManifest() {
  const jwt = readFileSync(`${path}/manifest.jwt`, 'utf8')
  return decodeJwt<{ written_until: { files: number; lists: number } }>(jwt).written_until
}

/** Everything that may be asked, with what must not answer. */
function listUrls() {
  const statements = [...members].map(([sub, { active }]) => ({ url: urls.statement(sub), isValid: active }))
  const own = [...marks.values()].map(({ type, sub, active }) => ({
    url: urls.mark(type, sub),
    isValid: active,
  }))
  const others = [urls.configuration, urls.history].map((url) => ({ url, isValid: true }))
  return [...others, ...statements, ...own]
}

async function askAll(): Promise<void> {
  for (const { server, seen } of servers())
    await Promise.all(
      listUrls().map(async ({ url, isValid }) => {
        const at = Date.now()
        const { status, age } = await get(server, url)
        if (!isValid) seen.delete(url)
        else if (status === 200 && age === null) seen.set(url, at)
      }),
    )
}

async function expectOutage(stopped: number): Promise<void> {
  const revoked = [...marks.values()].filter(({ active }) => !active)
  const { files, lists: listsUntil } = readManifest()
  for (const { server, seen, hasFiles } of servers()) {
    await untilTrue(
      'the server notices the outage',
      async () => (await get(server, urls.configuration)).age !== null,
    )
    /** `known`: when it was certainly current, in milliseconds of unix time. */
    const expectTrueAge = (url: string, age: string | null, known: number, now: number) => {
      expect(Number(age), `age of ${url}`).toBeGreaterThanOrEqual(Math.floor((now - stopped) / 1000))
      expect(Number(age), `age of ${url}`).toBeLessThanOrEqual(
        Math.ceil((Date.now() - known) / 1000) + LONGEST,
      )
    }
    for (const { url, isValid } of listUrls()) {
      const now = Date.now()
      const { status, age } = await get(server, url)
      const known = seen.get(url)
      if (!isValid) expect(status, `withdrawn: ${url}`).not.toBe(200)
      else if (known !== undefined) expect(status, `published: ${url}`).toBe(200)
      if (status === 200) expectTrueAge(url, age, known ?? files, now)
    }
    if (!hasFiles) continue
    for (const url of lists) {
      const now = Date.now()
      const { status, age, body } = await get(server, url)
      expect(status, url).toBe(200)
      expectTrueAge(url, age, listsUntil, now)
      const names = new Set<string>(JSON.parse(body))
      const withdrawn = url.startsWith('/list')
        ? [...members].filter(([, { active }]) => !active).map(([sub]) => sub)
        : revoked.filter(({ type }) => url === urls.holders(type)).map(({ sub }) => sub)
      expect(
        withdrawn.filter((sub) => names.has(sub)),
        url,
      ).toEqual([])
    }
    for (const [sub, { active, withdrawnAt = 0 }] of members) {
      const { status, body } = await get(server, urls.resolved(sub))
      // A file says only in which second it was signed, so it may be older than a withdrawal in that second.
      const isOlder = withdrawnAt > stopped - CERTAIN || revoked.some((mark) => mark.sub === sub)
      if (!active) expect(status, `withdrawn: ${sub}`).not.toBe(200)
      else if (existsSync(`${path}/resolve/${encoded(sub)}.jwt`) && !isOlder)
        expect(status, `published: ${sub}`).toBe(200)
      if (status !== 200) continue
      const { trust_marks: carried = [] } = decodeJwt<{ trust_marks?: { trust_mark: string }[] }>(body)
      expect(revoked.filter(({ jwt }) => carried.some((each) => each.trust_mark === jwt))).toEqual([])
    }
  }
}

async function restore(): Promise<void> {
  await admin.redis.restart()
  await admin.server.publisher.flush(20_000)
  for (const { server } of servers())
    await untilTrue('the server is there', async () => {
      const { status, age } = await get(server, urls.configuration)
      return status === 200 && age === null
    })
}

const step = fc.record({ change: fc.constantFrom(...Object.keys(changes)), at: fc.nat(1_000) })
const outage = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 6 }),
  /** Milliseconds after the last change. */
  pause: fc.nat(1_200),
  /** Of the return in between: none, empty, or filled again. */
  again: fc.constantFrom('no', 'empty', 'filled'),
})

test('what was published and not withdrawn answers in each outage, and nothing else', {
  tags: 'fault/redis-away',
  timeout: 30_000 + OUTAGES * 20_000,
}, async () => {
  await changes.register?.(0)
  for (const at of [0, 2]) await changes.issue?.(at)
  const files = types.map((type) => `${path}/trust_mark_list/${encoded(type)}.json`)
  const writtenAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
  await untilTrue('the manifest names all lists', async () => {
    const manifest = statSync(`${path}/manifest.jwt`, { throwIfNoEntry: false })?.mtimeMs ?? 0
    return files.every((file) => manifest > writtenAt(file))
  })
  const property = fc.asyncProperty(outage, async ({ steps, pause, again }) => {
    for (const { change, at } of steps) await changes[change]?.(at)
    await admin.server.publisher.flush(20_000)
    await askAll()
    await setTimeout(pause)
    await admin.redis.stop()
    await expectOutage(Date.now())
    if (again !== 'no') {
      if (again === 'filled') await restore()
      else await admin.redis.restart()
      const stopped = Date.now()
      await admin.redis.stop()
      await expectOutage(again === 'filled' ? Date.now() : stopped)
    }
    await restore()
  })
  await fc.assert(property, {
    numRuns: OUTAGES,
    endOnFailure: true,
    ...(process.env.OUTAGE_SEED ? { seed: Number(process.env.OUTAGE_SEED) } : {}),
  })
})
