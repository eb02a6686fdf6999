/** Tests what the history keeps of each publication: on a database, with a clock of the test. */
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { PrismaClient } from '#prisma/generated/client/client.ts'
import { connectDatabase } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { findObject, readBytes } from '#server/publish/history/bundle.ts'
import { endObjects, keep, keepRange } from '#server/publish/history/keep.ts'
import { hashOf, type Kind } from '#server/publish/history/kind.ts'
import { applyHistoryRetention, removeObjectBytes } from '#server/services/history/removal.ts'
import { createWriter } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const database = inFile(startMigratedDatabase)
const db = inFile(() => connectDatabase(database.url))
afterAll(() => db.$disconnect())

const DAY = 86_400_000
let day = 0
/** Days since 2026. */
const date = (at: number) => new Date(Date.UTC(2026, 0, 1) + at * DAY)
const context = () => ({ db, now: () => date(day) })

beforeEach(async () => {
  day = 0
  for (const table of ['publishedObject', 'pastObject', 'objectContent', 'contentBundle'] as const)
    await (db[table].deleteMany as () => Promise<unknown>)()
})

const put = (subject: string, bytes: string, kind: Kind = 'statement', second?: string) =>
  keep(context(), kind, [{ subject, bytes, second }])

/** What was published on a day; null: nothing. */
async function found(subject: string, at: number, kind: Kind = 'statement', second?: string) {
  const object = await findObject(db, kind, { subject, second }, date(at))
  return object && String(await readBytes(db, new Uint8Array(object.hash)))
}

const sizes = async () => [
  await db.publishedObject.count(),
  await db.pastObject.count(),
  await db.objectContent.count(),
  await db.contentBundle.count(),
]

it('says from when and until when', async () => {
  await put('a', 'one')
  day = 2
  await put('a', 'two')
  day = 4
  await endObjects(context(), 'statement', [{ subject: 'a' }, { subject: 'unknown' }])
  day = 6
  await put('a', 'one')
  const days = [-1, 0, 1, 2, 3, 4, 5, 6, 7]
  expect(await Promise.all(days.map((at) => found('a', at)))).toEqual([
    null,
    'one',
    'one',
    'two',
    'two',
    null,
    null,
    'one',
    'one',
  ])
  const object = await findObject(db, 'statement', { subject: 'a' }, date(1))
  expect(object).toMatchObject({ from: date(0), until: date(2) })
  expect(await findObject(db, 'statement', { subject: 'a' }, date(9))).toMatchObject({ until: null })
})

it('adds nothing for what is the same, and nothing twice for equal bytes', async () => {
  await put('a', 'one')
  const before = await sizes()
  day = 1
  await put('a', 'one')
  await keepRange(context(), 'statement', [{ subject: 'a', bytes: 'one' }], { after: '', last: null })
  expect(await sizes()).toEqual(before)
  expect(await found('a', 0)).toBe('one')
  await keep(context(), 'revocation', [
    { subject: 'x', bytes: '{"revoked_at":1}' },
    { subject: 'y', bytes: '{"revoked_at":1}' },
  ])
  expect(await db.objectContent.count()).toBe(2)
  expect(await found('y', 1, 'revocation')).toBe('{"revoked_at":1}')
})

it('ends what is missing in a range, and nothing outside it', async () => {
  for (const subject of ['a', 'b', 'c', 'd', 'e']) await put(subject, `of ${subject}`)
  await put('c', 'a mark', 'trust-mark', 'type')
  day = 1
  const page = [
    { subject: 'd', bytes: 'of d' },
    { subject: 'bb', bytes: 'of bb' },
  ]
  await keepRange(context(), 'statement', page, { after: 'a', last: 'd' })
  const now = async () => Promise.all(['a', 'b', 'bb', 'c', 'd', 'e'].map((subject) => found(subject, 1)))
  expect(await now()).toEqual(['of a', null, 'of bb', null, 'of d', 'of e'])
  await keepRange(context(), 'statement', [], { after: 'bb', last: null })
  expect(await now()).toEqual(['of a', null, 'of bb', null, null, null])
  expect(await found('c', 1, 'trust-mark', 'type')).toBe('a mark')
  expect(await found('c', 0)).toBe('of c')
})

it('takes the last word when a clock went back', async () => {
  await put('a', 'one')
  day = 1000
  await put('a', 'by a wrong clock')
  day = 2
  await put('a', 'two')
  day = 4
  await put('a', 'three')
  expect(await Promise.all([0, 1, 2, 3, 4, 1001].map((at) => found('a', at)))).toEqual([
    'one',
    'one',
    'two',
    'two',
    'three',
    'three',
  ])
})

it('keeps types and entities of any length apart', async () => {
  const [subject, long] = [`https://example.org/${'a'.repeat(2028)}`, 'https://example.org/'.repeat(100)]
  await put(subject, 'one', 'trust-mark', `${long}1`)
  await put(subject, 'two', 'trust-mark', `${long}2`)
  expect(await found(subject, 0, 'trust-mark', `${long}1`)).toBe('one')
  expect(await found(subject, 0, 'trust-mark', `${long}2`)).toBe('two')
})

it('is not written in part', async () => {
  await put('a', 'one')
  const before = await sizes()
  const twice = [
    { subject: 'b', bytes: 'two' },
    { subject: 'a', bytes: 'two' },
    { subject: 'a', bytes: 'three' },
  ]
  await expect(keep(context(), 'statement', twice)).rejects.toThrow()
  expect(await sizes()).toEqual(before)
})

describe('bytes of an object', () => {
  const write = inFile(() => ({ write: createWriter(db) }))
  const remove = (hash: string) => removeObjectBytes(write, cliCaller('anna'), hash)

  it('can be removed once it is replaced, and its hash and times stay', async () => {
    await keep(context(), 'statement', [
      { subject: 'a', bytes: 'personal' },
      { subject: 'b', bytes: 'other' },
    ])
    const hash = hashOf('personal', 'hex')
    await expect(remove(hash)).rejects.toThrow(ConflictError)
    day = 1
    await put('a', 'two')
    await remove(hash)
    const object = await findObject(db, 'statement', { subject: 'a' }, date(0))
    expect(object).toMatchObject({ from: date(0), until: date(1) })
    expect(Buffer.from(object?.hash ?? []).toString('hex')).toBe(hash)
    expect(await found('a', 0)).toBe('null')
    expect(await found('b', 0)).toBe('other')
    expect(await found('a', 1)).toBe('two')
    const entry = await db.auditEvent.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(entry).toMatchObject({ action: 'removeObjectBytes', resource: hash, actor: 'cli:anna' })
    await expect(remove(hash)).rejects.toThrow(ConflictError)
    day = 2
    await put('a', 'personal') // it is public again
    expect(await found('a', 0)).toBe('personal')
  })

  it('are refused for what was never published', async () => {
    await expect(remove('0'.repeat(64))).rejects.toThrow(NotFoundError)
    await expect(remove("' OR true")).rejects.toThrow(InvalidInputError)
  })
})

describe('the retention', () => {
  it('is forever by default', async () => {
    await put('a', 'one')
    await endObjects(context(), 'statement', [{ subject: 'a' }])
    expect(await applyHistoryRetention(db, date(36_500))).toBe(0)
    expect(await found('a', 0)).toBeNull() // it was published at no time
    expect(await db.pastObject.count()).toBe(1)
  })

  it('deletes what ended before, with its bytes unless they are needed', async () => {
    await db.settings.update({ where: { id: 1 }, data: { historyRetentionDays: 30 } })
    await put('a', 'one')
    await put('b', 'two')
    await put('x', '{}', 'revocation')
    await put('y', '{}', 'revocation')
    day = 10
    await put('a', 'three')
    await endObjects(context(), 'statement', [{ subject: 'b' }])
    await endObjects(context(), 'revocation', [{ subject: 'x' }])
    day = 20
    await put('a', 'four')
    expect(await applyHistoryRetention(db, date(39))).toBe(0)
    expect(await applyHistoryRetention(db, date(41))).toBe(3)
    expect(await found('a', 0)).toBeNull()
    expect(await found('b', 0)).toBeNull()
    expect(await found('a', 10)).toBe('three')
    expect(await found('a', 20)).toBe('four')
    expect(await found('y', 20, 'revocation')).toBe('{}')
    expect(await sizes()).toEqual([2, 1, 3, 3])
  })
})

it('is found by index among a hundred thousand objects', async () => {
  await db.$executeRaw`
    INSERT INTO "PastObject" ("kind", "subject", "second", "hash", "from", "until")
    SELECT 3, 'https://rp' || n % 1000 || '.example.org', '', sha256(n::text::bytea), date '2026-01-01' + n / 1000,
      date '2026-01-01' + n / 1000 + 1
    FROM generate_series(0, 99999) AS n`
  await db.$executeRawUnsafe('ANALYZE "PastObject"')
  const adapter = new PrismaPg({ connectionString: database.url })
  const logging = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  const sent: { query: string; params: string }[] = []
  logging.$on('query', ({ query, params }) => sent.push({ query, params }))
  await findObject(logging, 'statement', { subject: 'https://rp7.example.org' }, date(50))
  await logging.$disconnect()
  const [{ query, params } = { query: '', params: '[]' }] = sent
  const rows = await db.$queryRawUnsafe<object[]>(`EXPLAIN ${query}`, ...JSON.parse(params))
  const plan = JSON.stringify(rows)
  expect(plan).toContain('PastObject_kind_subject_second_from_idx')
  expect(plan).not.toContain('Seq Scan on \\"PastObject')
})

it('reads only what is published of its subjects, while the database does not know how many there are', async () => {
  const adapter = new PrismaPg({ connectionString: database.url, max: 1 })
  const single = new PrismaClient({ adapter }) // each connection counts what it read
  await keep({ ...context(), db: single }, 'entity-configuration', [{ subject: '', bytes: 'own' }])
  await single.$executeRaw`ANALYZE "PublishedObject"` // all are of one kind
  await single.$executeRaw`
    INSERT INTO "PublishedObject" ("kind", "subject", "hash", "from")
    SELECT 3, 'https://rp' || n || '.example.org', sha256(n::text::bytea), date '2026-01-01' FROM generate_series(1, 20000) AS n`
  const entriesRead = async () => {
    await single.$executeRaw`SELECT pg_stat_force_next_flush()`
    const [row] = await single.$queryRaw<{ read: number }[]>`
      SELECT idx_tup_read::int AS "read" FROM pg_stat_user_indexes WHERE indexrelname = 'PublishedObject_pkey'`
    return Number(row?.read)
  }
  const objects = [1, 2, 3].map((n) => ({ subject: `https://rp${n}.example.org`, bytes: `new ${n}` }))
  const before = await entriesRead()
  expect(before).toBeGreaterThan(0)
  await keep({ ...context(), db: single }, 'statement', objects)
  expect((await entriesRead()) - before).toBeLessThan(50)
  expect(await found('https://rp3.example.org', 1)).toBe('new 3')
  expect(await db.pastObject.count()).toBe(3)
  await single.$disconnect()
})
