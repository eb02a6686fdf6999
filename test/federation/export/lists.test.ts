/** Lists that are written part by part are what the server sends, also while their pages change. */
import { beforeEach, expect, test } from 'vitest'
import type { Export } from '#federation/export/comparison.ts'
import { type List, subordinateLists, trustMarkList } from '#federation/export/lists.ts'
import { prepareHolderPages, prepareSubordinatePages } from '#server/publish/list-pages.ts'
import { formatPage } from '#store/list-page.ts'
import { NoPagesError } from '#store/page-reader.ts'
import { formatSubordinateInfo, type SubordinateInfo } from '#store/subordinate-info.ts'
import { subordinateFormat, toSubordinate } from '#store/subordinate-reader.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { compareOnce, openExport, textOf } from './exported.ts'

/** In short pages, so that there are more than three parts of them. */
const MANY = 2_000
const PAGE = 10
const type = 'https://ta.example/marks/member'
/** Sorted. */
const ids = Array.from({ length: MANY }, (_, at) => `https://member-${at + 100_000}.example.org`)

const path = folderInFile('export')
const ta = trustAnchorInFile()
const context: Export = inFile(() => openExport(ta, path))

const infoOf = (at: number): SubordinateInfo => ({
  entity_types: [at % 7 === 0 ? 'openid_provider' : 'openid_relying_party'],
  intermediate: at % 110 === 0,
  registered: 1_000,
  updated: 2_000,
  expires: at % 500 === 3 ? ta.now() - 1 : ta.now() + 3600,
})
const memberOf = (entityId: string, at = 1) => ({ entityId, info: infoOf(at) })

async function writePages(
  published: readonly ReturnType<typeof memberOf>[],
  removed: readonly string[] = [],
) {
  const transaction = ta.redis.client.multi()
  ;(await prepareSubordinatePages(ta.redis.client, ta.names, { published, removed }))(transaction)
  await transaction.exec()
}

beforeEach(async () => {
  const { client } = ta.redis
  await client.flushall()
  await ta.publishConfiguration()
  const members = ids.map(memberOf)
  await client.hset(ta.names.subordinates, ...ids.flatMap((id) => [id, 'x.y.z']))
  const infos = members.flatMap(({ entityId, info }) => [entityId, formatSubordinateInfo(info)])
  await client.hset(ta.names.subordinateInfo, ...infos)
  for (let at = 0; at < MANY; at += PAGE) {
    const items = members.slice(at, at + PAGE).map(({ entityId, info }) => toSubordinate(entityId, info))
    const { name, bytes } = formatPage(items, subordinateFormat)
    await client.hset(ta.names.subordinatePages, name, bytes)
  }
  const issued = ids.slice(0, 900).map(async (subject, at) => {
    const exp = ta.now() + (at % 100 === 3 ? -1 : 3600)
    return { type, entityId: subject, jwt: await ta.issueTrustMark({ type, subject, exp }), revoked: false }
  })
  const transaction = client.multi().set(ta.names.publicationMarker, 'pages-1:x')
  ;(await prepareHolderPages(client, ta.names, await Promise.all(issued)))(transaction)
  await transaction.exec()
  await ta.announce({ kind: 'all' })
})

async function bytesOf(list: List): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of (await context.readList(list)) ?? []) parts.push(part)
  return Buffer.concat(parts).toString()
}

const all: List = { file: 'list/all.json', endpoint: 'list', query: {} }

test('has the bytes that the server sends, and reads no list into memory', async () => {
  for (const list of [...subordinateLists, trustMarkList(type)]) {
    const bytes = await bytesOf(list)
    expect(ta.reader.peek.subordinates(), 'in memory').toBeUndefined()
    const { body } = await ta.get(`/${list.endpoint}`, { ...list.query })
    expect(bytes === body, JSON.stringify(list.query)).toBe(true)
    await ta.announce({ kind: 'all' })
  }
  expect(JSON.parse(await bytesOf(all))).toHaveLength(MANY - MANY / 500)
  expect(JSON.parse(await bytesOf(trustMarkList(type)))).toHaveLength(900 - 9)
})

test('has each member once while pages are divided, removed and changed', async () => {
  const names = (await ta.redis.client.hkeys(ta.names.subordinatePages)).sort()
  const [first = '', boundary = '', next = ''] = [names[0], names[50], names[51]]
  const removed = ids.filter((id) => id >= boundary && id < next)
  const [early, late] = [first, removed[0] ?? ''].map((id) =>
    Array.from({ length: 700 }, (_, at) => `${id}.${at + 100}`),
  ) as [string[], string[]]
  const found: string[] = []
  let parts = 0
  for await (const { pages } of ta.reader.walk.subordinates()) {
    for (const page of pages) found.push(...page.items().map(({ id }) => id))
    parts += 1
    if (parts > 1) continue
    await ta.redis.client.hdel(ta.names.subordinates, ...removed)
    await ta.redis.client.hset(ta.names.subordinates, ...[...early, ...late].flatMap((id) => [id, 'x']))
    await writePages(
      [...early, ...late].map((id) => memberOf(id)),
      removed,
    )
  }
  expect(parts).toBeGreaterThan(3)
  const expected = [...ids.filter((id) => !removed.includes(id)), ...late].sort()
  expect(found.length).toBe(expected.length)
  expect(found).toEqual(expected)
})

test('ends when all members go meanwhile', async () => {
  const lengths: number[] = []
  for await (const { length } of ta.reader.walk.subordinates()) {
    lengths.push(length)
    await ta.redis.client.del(ta.names.subordinates, ta.names.subordinatePages)
  }
  expect(lengths).toEqual([50 * PAGE])
})

test('asks the server where the pages are not those of the members', async () => {
  const { client } = ta.redis
  const another = 'https://another.example'
  for (const [fault, end] of [
    [
      () => ta.publishSubordinate({ id: another, foreign: true }),
      () => client.hdel(ta.names.subordinates, another),
    ],
    [
      () => client.set(ta.names.publicationMarker, 'x'),
      () => client.set(ta.names.publicationMarker, 'pages-1:x'),
    ],
    [
      () => client.hset(ta.names.subordinatePages, ids[0] ?? '', 'rubbish'),
      () => client.del(ta.names.subordinatePages),
    ],
    [() => client.del(ta.names.subordinatePages), async () => {}],
  ] as const) {
    await fault()
    await ta.announce({ kind: 'all' })
    await expect(bytesOf(all)).rejects.toThrow(NoPagesError)
    await compareOnce(context)
    expect((await textOf(path, 'list/all.json')) === (await ta.get('/list')).body).toBe(true)
    await end()
  }
})
