/** Cursors of the collection and the extended listing: only issued cursors are valid (Entity Collection). */
import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { formatCollectionRecord } from '#store/collection-record.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { startSecondProcess } from '../resolver/second-process.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example'] as const

const ta = trustAnchorInFile()
const second = inFile(() => startSecondProcess(ta))
beforeAll(() => ta.publishConfiguration())
beforeEach(async () => {
  const { entities, sorted } = ta.names.collection
  for (const id of [a, b, c]) {
    await ta.publishSubordinate({ id })
    const record = { entity_id: id, entity_types: [], ui_infos: {}, trust_marks: [] }
    await ta.redis.client.hset(entities, id, formatCollectionRecord(record))
    await ta.redis.client.zadd(sorted, 0, id)
  }
})

type Page = { entities?: { entity_id: string }[]; immediate_subordinate_entities?: { id: string }[] }
const ids = ({ entities = [], immediate_subordinate_entities: others = [] }: Page) => [
  ...entities.map((each) => each.entity_id),
  ...others.map((each) => each.id),
]

const lists = [
  ['/collection', '/extended_list'],
  ['/extended_list', '/collection'],
] as const

describe.each(lists)('%s', (path, other) => {
  const page = async (from?: string, app = ta.app) => {
    const answer = await app.inject({ url: `${path}?limit=1${from ? `&from=${from}` : ''}` })
    return { status: answer.statusCode, body: answer.json() }
  }
  const next = async (from?: string): Promise<string> => (await page(from)).body.next

  test('continues at the cursor, in any process', async () => {
    expect(ids((await page(await next())).body)).toEqual([b])
    expect(ids((await page(await next(), second.app)).body)).toEqual([b])
    expect(ids((await page(await next(await next()))).body)).toEqual([c])
  })

  test('continues with the next entity if the entity of the cursor was removed', async () => {
    const pointer = await next()
    await ta.removeSubordinate(b)
    await ta.redis.client.zrem(ta.names.collection.sorted, b)
    expect(ids((await page(pointer)).body)).toEqual([c])
  })

  const forgeries: [what: string, forge: () => Promise<string> | string][] = [
    ['a word', () => 'hello'],
    ['an identifier', () => b],
    ['an identifier in base64', () => Buffer.from(b).toString('base64url')],
    proves(
      ['an identifier with a guessed tag', () => Buffer.from('0'.repeat(16) + b).toString('base64url')],
      'collection/from',
      'listing/from',
    ),
    proves(
      ['a cursor of the other list', async () => (await ta.get(other, { limit: '1' })).json().next],
      'collection/from',
      'listing/from',
    ),
    proves(
      ['a cursor with another entity', async () => altered(await next(), (bytes) => bytes.write(c, 16))],
      'collection/from',
      'listing/from',
    ),
    ['a cursor of all entities, with a filter', async () => `${await next()}&entity_type=openid_provider`],
    ['a truncated cursor', async () => (await next()).slice(0, -2)],
    ['a cursor in another encoding', async () => `${await next()}=`],
  ]
  eachRow(forgeries)('refuses %s', async (_what, forge) => {
    const { status, body } = await page(await forge())
    expect([status, body.error]).toEqual([404, 'page_not_found'])
  })

  test('refuses cursors of a lost secret, and accepts those of the new one in any process', async () => {
    const before = await next()
    await ta.redis.client.set(ta.names.cursorKey, randomBytes(32).toString('base64url'))
    await ta.announce({ kind: 'all' })
    const status = async (from: string) => (await page(from, second.app)).status
    await vi.waitFor(async () => expect(await status(before)).toBe(404), patience)
    expect(await status(await next())).toBe(200)
  })
})

function altered(cursor: string, change: (bytes: Buffer) => void): string {
  const bytes = Buffer.from(cursor, 'base64url')
  change(bytes)
  return bytes.toString('base64url')
}

test('pages with a read-only Redis without a secret', async () => {
  await ta.redis.client.del(ta.names.cursorKey)
  await ta.redis.client.config('SET', 'min-replicas-to-write', '1')
  const alone = await startSecondProcess(ta)
  const first = await alone.app.inject({ url: '/collection?limit=1' })
  const rest = await alone.app.inject({ url: `/collection?from=${first.json().next}` })
  expect(ids(rest.json())).toEqual([b, c])
  await alone.close()
  await ta.redis.client.config('SET', 'min-replicas-to-write', '0')
})
