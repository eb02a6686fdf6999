/** Tests publication from the database to Redis through outages, data loss, crashes and concurrent publishers. */
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'

let subordinateId: string
const type = 'https://ta.example.org/marks/member'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
const entity = inFile(() =>
  startEntity({
    metadata: { openid_relying_party: { redirect_uris: ['https://rp.example.org/cb'] } },
    authorityHints: [admin.entityId],
  }),
)
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type }, 'id')
  subordinateId = (await admin.mutate('registerSubordinate', { entityId: entity.id }, 'id')).id
})

let counter = 0
let subject: string
beforeEach(() => {
  subject = `https://rp${counter++}.example.org`
})

const issue = (to: string) => admin.mutate('issueTrustMark', { trustMarkType: type, entityId: to }, 'id')
const markOf = async (of: string) =>
  (await admin.get('/trust_mark', { trust_mark_type: type, sub: of })).status
const fetchStatement = () => admin.get('/fetch', { sub: entity.id })

async function publication() {
  const { data } = await admin.execute(
    '{ serverStatus { publication { health pending oldestPendingAt lastError redisReachable } } }',
  )
  return data.serverStatus.publication
}
const untilUpToDate = () =>
  vi.waitFor(
    async () => expect(await publication()).toMatchObject({ health: 'UP_TO_DATE', pending: 0 }),
    patience,
  )

it('accepts changes while Redis is unavailable, reports it, and publishes them when it is back', {
  tags: 'fault/redis-away',
}, async () => {
  await admin.redis.stop()
  expect(await issue(subject)).toMatchObject({ __typename: 'IssueTrustMarkSuccess' })
  expect(await publication()).toEqual({
    health: 'STALLED',
    pending: 1,
    oldestPendingAt: expect.any(String),
    lastError: 'Redis cannot be reached.',
    redisReachable: false,
  })
  await admin.redis.restart()
  await vi.waitFor(async () => expect(await markOf(subject)).toBe(200), patience)
  await untilUpToDate()
})

it('republishes everything when Redis lost its data', { tags: 'fault/redis-emptied' }, async () => {
  const before = await (await fetchStatement()).text()
  await admin.redis.client.flushall()
  await vi.waitFor(async () => expect(await admin.redis.client.hlen('inmor:subordinates')).toBe(1), patience)
  expect(await admin.redis.client.hget('inmor:subordinates', entity.id)).toBe(before)
  expect(await admin.redis.client.exists('inmor:entity_id')).toBe(1)
})

it('republishes data that Redis lost when a stale replica took over', {
  tags: 'fault/redis-emptied',
}, async () => {
  const { client } = admin.redis
  const held = await client.hgetall('inmor:subordinates')
  const mark = String(await client.get('inmor:publication_mark'))
  await issue(subject)
  // The latest writes are gone; older data is there.
  await client.multi().del(`inmor:tm:${subject}`).set('inmor:publication_mark', mark).exec()
  await vi.waitFor(
    async () => expect(await client.hget(`inmor:tm:${subject}`, type)).toMatch(/^ey/),
    patience,
  )
  expect(await client.hgetall('inmor:subordinates')).toEqual(held)
  // The mark is written behind the data.
  await vi.waitFor(async () => expect(await client.get('inmor:publication_mark')).not.toBe(mark), patience)
})

it('publishes changes of a process that crashed after its commit', {
  tags: 'fault/process-killed',
}, async () => {
  const id = { where: { entityId: entity.id } }
  const change = async (active: boolean) => {
    await db.subordinate.update({ ...id, data: { active } })
    await db.outboxEntry.create({ data: { topic: 'subordinate', key: entity.id } })
  }
  await change(false)
  await vi.waitFor(async () => expect((await fetchStatement()).status).toBe(404), patience)
  await change(true)
  await vi.waitFor(async () => expect((await fetchStatement()).status).toBe(200), patience)
})

it('removes data that the database does not contain in a rebuild', {
  tags: 'mutation/rebuildPublication/success',
}, async () => {
  const { client } = admin.redis
  const ghost = 'https://ghost.example.org'
  await client.hset('inmor:subordinates', ghost, 'a.b.c')
  await client.sadd('inmor:rp', ghost)
  await client.hset(`inmor:tm:${ghost}`, type, 'a.b.c')
  await client.sadd(`inmor:tmtype:${type}`, ghost)
  await client.sadd('inmor:tmtype:https://ghost.example.org/type', ghost)
  await client.set('inmor:staging:entity_id', 'left by a rebuild that was killed')
  const answer = await admin.execute(
    'mutation { rebuildPublication { __typename ... on RebuildPublicationSuccess { subordinates } } }',
  )
  expect(answer.data.rebuildPublication).toMatchObject({ subordinates: 1 })
  expect(await client.hkeys('inmor:subordinates')).toEqual([entity.id])
  expect(await client.smembers('inmor:rp')).toEqual([entity.id])
  expect(await client.smembers(`inmor:tmtype:${type}`)).not.toContain(ghost)
  expect(await client.keys('*ghost*')).toEqual([])
  expect(await client.keys('inmor:staging:*')).toEqual([])
})

it('refuses a rebuild while Redis is unavailable', {
  tags: 'mutation/rebuildPublication/UnavailableError',
}, async () => {
  await admin.redis.stop()
  const { data } = await admin.execute(
    'mutation { rebuildPublication { __typename ... on Error { code message } } }',
  )
  expect(data.rebuildPublication).toEqual({
    __typename: 'UnavailableError',
    code: 'UNAVAILABLE',
    message: expect.stringContaining('Redis'),
  })
  await admin.redis.restart()
  await vi.waitFor(async () => expect((await fetchStatement()).status).toBe(200), patience)
  await untilUpToDate()
})

it('signs the Entity Configuration again on request', {
  tags: 'mutation/regenerateEntityConfiguration/success',
}, async () => {
  const configuration = async () => (await admin.get('/.well-known/openid-federation')).text()
  const before = await configuration()
  const { data } = await admin.execute(
    'mutation { regenerateEntityConfiguration { ... on RegenerateEntityConfigurationSuccess { trustAnchor { version } } } }',
  )
  expect(data.regenerateEntityConfiguration.trustAnchor).toEqual({ version: expect.any(Number) })
  expect(await configuration()).not.toBe(before)
})

it('serves the whole federation throughout a rebuild', async () => {
  await issue(subject)
  const read = async () => ({
    list: await (await admin.get('/list')).json(),
    statement: (await fetchStatement()).status,
    configuration: (await admin.get('/.well-known/openid-federation')).status,
    mark: await markOf(subject),
  })
  const whole = { list: [entity.id], statement: 200, configuration: 200, mark: 200 }
  let isOver = false
  const rebuilds = (async () => {
    for (let times = 0; times < 10; times++) await admin.server.publisher.rebuild()
  })().finally(() => {
    isOver = true
  })
  const seen = []
  while (!isOver) seen.push(await read())
  await rebuilds
  expect(seen).not.toHaveLength(0)
  for (const answer of seen) expect(answer).toEqual(whole)
})

it('continues past an item that cannot be published, and reports its error', async () => {
  const row = await db.subordinate.findUniqueOrThrow({ where: { entityId: entity.id } })
  const spoil = {
    metadataPolicy: { openid_relying_party: { scope: { no_such: 1 }, jwks: { value: 1, one_of: [2] } } },
  }
  await db.subordinate.update({ where: { id: row.id }, data: { ...spoil, version: { increment: 1 } } })
  await db.outboxEntry.create({ data: { topic: 'subordinate', key: entity.id } })
  await issue(subject)
  expect(await markOf(subject)).toBe(200)
  expect((await fetchStatement()).status).toBe(200)
  await vi.waitFor(
    async () => expect(await publication()).toMatchObject({ pending: 1, redisReachable: true }),
    patience,
  )
  expect((await publication()).lastError).toEqual(expect.any(String))

  await admin.redis.client.flushall()
  await vi.waitFor(async () => expect(await markOf(subject)).toBe(200), patience)
  expect((await fetchStatement()).status).toBe(200)

  await admin.mutate('updateSubordinate', { id: subordinateId, metadataPolicy: null }, 'id')
  await untilUpToDate()
  expect((await publication()).lastError).toBeNull()
})

it('publishes every change of two servers that write simultaneously', async () => {
  const second = await startSecondAdmin(admin)
  const marks = [admin.server, second].map(({ services }) => services.trustMarks)
  const caller = jobCaller('test')
  const subjects = Array.from({ length: 24 }, (_, index) => `https://both${index}.example.org`)
  try {
    await Promise.all(
      marks.map(async (service, which) => {
        for (const entityId of subjects.filter((_, index) => index % 2 === which))
          await service.issue(caller, { trustMarkType: type, entityId })
      }),
    )
    await vi.waitFor(async () => {
      const listed = await (await admin.get('/trust_mark_list', { trust_mark_type: type })).json()
      expect(listed).toEqual(expect.arrayContaining(subjects))
    }, patience)
    await untilUpToDate()
  } finally {
    await second.close()
  }
})

it('keeps changes that only a newer version can read, and publishes the rest', async () => {
  const foreign = await db.outboxEntry.create({ data: { topic: 'of-a-newer-version', key: '1' } })
  await issue(subject)
  expect(await markOf(subject)).toBe(200)
  await vi.waitFor(async () => {
    const { pending, lastError } = await publication()
    expect({ pending, lastError }).toEqual({
      pending: 1,
      lastError: expect.stringContaining('of-a-newer-version'),
    })
  }, patience)
  await db.outboxEntry.delete({ where: { id: foreign.id } })
  await issue(`${subject}/other`)
  await untilUpToDate()
  expect((await publication()).lastError).toBeNull()
})

it('waits while another process publishes, up to its limit', async () => {
  const { db, publisher } = admin.server
  const until = (seconds: number) => ({ holder: 'another', expiresAt: new Date(Date.now() + seconds * 1000) })
  await db.publisherLease.update({ where: { id: 1 }, data: until(30) })
  await db.outboxEntry.create({ data: { topic: 'subordinate', key: entity.id } })
  const flushed = publisher.flush(20_000)
  await db.publisherLease.update({ where: { id: 1 }, data: until(-1) })
  await flushed
  expect(await db.outboxEntry.count()).toBe(0)
})
