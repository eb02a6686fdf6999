/** Tests status lists in Redis: a rebuild writes the same, and the comparison with the database repairs them. */
import type { Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { prepareStatusLists } from '#server/publish/status-lists.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { entryOf, statusIn } from '#test/helpers/status-list.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const drift = inFile(() => openDriftRepair(admin))
const { createType, issueOf, change } = trustMarksOf(() => admin)

const [LISTS, BITS] = ['inmor:status_lists', 'inmor:status_list:']
const nothing = { missing: 0, unexpected: 0, different: 0 }
/** JWTs of a type with a list: one revoked, one before a renewal, one valid. */
const marks: Record<'revoked' | 'renewed' | 'valid', string> = { revoked: '', renewed: '', valid: '' }
let validId = ''

beforeAll(async () => {
  const { type } = await createType({ statusList: true })
  for (const name of ['revoked', 'renewed', 'valid'] as const) {
    const { id, mark } = await issueOf(type, { entityId: `https://${name}.example.org` })
    marks[name] = mark.jwt
    if (name === 'revoked') await change('revoke', id)
    if (name === 'valid') validId = id
    if (name === 'renewed') await change('renew', id)
  }
  await issueOf((await createType({ statusList: true })).type) // of another list
})

const number = () => entryOf(marks.valid).uri.split('/').at(-1) ?? ''
const bits = () => `${BITS}${number()}`

async function statuses() {
  const response = await fetch(entryOf(marks.valid).uri)
  if (!response.ok) return response.status
  const token = await response.text()
  return Object.values(marks).map((jwt) => statusIn(token, jwt))
}

async function stored() {
  const { client } = admin.redis
  const names = (await client.keys(`${BITS}*`)).sort()
  return [
    await client.hgetall(LISTS),
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await client.getBuffer(name)]))),
  ]
}

beforeEach(async () => {
  await vi.waitFor(async () => expect(await statuses()).toEqual([1, 0, 0]), patience)
})

const rebuild = () => admin.server.publisher.rebuild()

it('a rebuild writes the same lists, and removes unknown ones', async () => {
  const before = await stored()
  await admin.redis.client.set(`${BITS}77`, 'x')
  await admin.redis.client.hset(LISTS, '77', '{}')
  await rebuild()
  expect(await stored()).toEqual(before)
  expect(await admin.redis.client.keys('inmor:staging:*')).toEqual([])
})

it('an emptied Redis gets the same lists', async () => {
  const before = await stored()
  await admin.redis.client.flushall()
  await rebuild()
  expect(await stored()).toEqual(before)
  expect(await statuses()).toEqual([1, 0, 0])
})

it('finds nothing when nothing differs', async () => {
  expect(await drift.repair()).toEqual(nothing)
})

it.each<[string, Partial<typeof nothing>, () => Promise<unknown>]>([
  [
    'a missing bit',
    { different: 1 },
    () => admin.redis.client.setbit(bits(), entryOf(marks.revoked).idx ^ 7, 0),
  ],
  ['another bit', { different: 1 }, () => admin.redis.client.setbit(bits(), entryOf(marks.valid).idx ^ 7, 1)],
  ['lost bits', { missing: 1 }, () => admin.redis.client.del(bits())],
  ['a part of the bits', { missing: 1 }, () => admin.redis.client.set(bits(), Buffer.alloc(5))],
  ['a lost list', { missing: 1 }, () => admin.redis.client.hdel(LISTS, number())],
  ['a list of another type', { different: 1 }, () => admin.redis.client.hset(LISTS, number(), '{"kid":"x"}')],
  [
    'an unknown list',
    { unexpected: 1 },
    async () => {
      const { client } = admin.redis
      await client.copy(bits(), `${BITS}88`)
      await client.hset(LISTS, '88', '{}')
    },
  ],
])('the comparison finds and repairs %s', async (_name, count, damage) => {
  const before = await stored()
  await damage()
  expect(await drift.repair()).toEqual({ ...nothing, ...count })
  await vi.waitFor(async () => expect(await stored()).toEqual(before), patience)
  expect(await drift.repair()).toEqual(nothing)
})

it('a new mark does not bring back a lost list without its revocations', async () => {
  await admin.redis.client.del(bits())
  const { mark } = await change('renew', validId)
  expect(entryOf(mark.jwt).uri).toBe(entryOf(marks.revoked).uri)
  await vi.waitFor(async () => expect(await statuses()).toEqual([1, 0, 0]), patience)
})

it('the emulation of Redis gets the same bits', async () => {
  const redis = new RedisMock() as unknown as Redis // the emulation of the same interface
  const facts = { trust_mark_type: 'https://ta.example.org/marks/member', kid: 'k' }
  const revoke = async (index: number) => {
    const issue = { hash: '', revokedAt: 1, entry: { list: Number(number()), index, facts } }
    const put = await prepareStatusLists({ ...admin.server, redis }, redisKeys(), [issue])
    const to = redis.multi()
    put(to)
    await to.exec()
  }
  const { idx } = entryOf(marks.revoked)
  await revoke(idx)
  expect(await redis.getBuffer(bits())).toEqual(await admin.redis.client.getBuffer(bits()))
  const other = (idx + 1) % STATUS_LIST_SIZE
  await revoke(other)
  await admin.redis.client.setbit(bits(), other ^ 7, 1)
  expect(await redis.getBuffer(bits())).toEqual(await admin.redis.client.getBuffer(bits()))
  await admin.redis.client.setbit(bits(), other ^ 7, 0)
})

it('a list without its bits has no answer, rather than one without revocations', async () => {
  const { client } = admin.redis
  await client.del(bits())
  await client.publish('inmor:changes', '{"kind":"trust-mark"}')
  await vi.waitFor(async () => expect(await statuses()).toBe(500), patience)
  await rebuild()
})
