/** Lists from the pages of our publisher are those from single entries, and follow each change. */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { prepareHolderPages, prepareSubordinatePages } from '#server/publish/list-pages.ts'
import { formatSubordinateInfo, type SubordinateInfo } from '#store/subordinate-info.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

/** Several pages. */
const MANY = 1_234
const type = 'https://ta.example/marks/member'
const idOf = (at: number) => `https://member-${at}.example.org`

const ta = trustAnchorInFile()
let client: typeof ta.redis.client
let marker: string

function infoOf(at: number): SubordinateInfo {
  const entity_types = [at % 7 === 0 ? 'openid_provider' : 'openid_relying_party']
  const expires = at % 50 === 3 ? ta.now() - 1 : at % 100 === 5 ? ta.now() + 600 : ta.now() + 3600
  return { entity_types, intermediate: at % 11 === 0, registered: 1_000 + at, updated: 2_000 + at, expires }
}

type Member = { entityId: string; info: SubordinateInfo }
let members: Member[]
let marks: { type: string; entityId: string; jwt: string; revoked: boolean }[]

beforeAll(async () => {
  client = ta.redis.client
  marker = ta.names.publicationMarker
  await ta.publishConfiguration()
  members = Array.from({ length: MANY }, (_, at) => ({ entityId: idOf(at), info: infoOf(at) }))
  const holders = members.filter((_, at) => at % 3 === 0)
  const issued = holders.map(async ({ entityId: subject }, at) => {
    const jwt = await ta.issueTrustMark({ type, subject, exp: ta.now() + (at % 9 === 0 ? 600 : 3600) })
    return { type, entityId: subject, jwt, revoked: false }
  })
  marks = await Promise.all(issued)
})

beforeEach(async () => {
  await client.del(ta.names.subordinates, ta.names.subordinateInfo, ta.names.subordinatePages, marker)
  await client.del(ta.names.trustMarkHolderPages(type))
  const statements = members.flatMap(({ entityId }) => [entityId, 'x.y.z'])
  const infos = members.flatMap(({ entityId, info }) => [entityId, formatSubordinateInfo(info)])
  await client.hset(ta.names.subordinates, ...statements)
  await client.hset(ta.names.subordinateInfo, ...infos)
  await ta.announce({ kind: 'all' })
})

const marked = `trust_mark_type=${encodeURIComponent(type)}`
const paths = [
  '/list',
  '/list?entity_type=openid_provider',
  '/list?intermediate=true&entity_type=openid_relying_party',
  `/list?${marked}`,
  `/list?${marked}&intermediate=false`,
  `/trust_mark_list?${marked}`,
  `/trust_mark_list?${marked}&sub=${encodeURIComponent(idOf(300))}`,
  `/trust_mark_list?${marked}&sub=${encodeURIComponent(idOf(301))}`,
  '/extended_list?limit=400',
  '/extended_list?audit_timestamps=true&updated_after=2900&updated_before=2950',
  `/extended_list?limit=7&${marked}&intermediate=true`,
]

const textOf = async (url: string) => (await ta.app.inject({ url })).body

/** All of them, and all pages of the extended list. */
async function answers(): Promise<string[]> {
  const found = await Promise.all(paths.map(textOf))
  for (let next = ''; ; ) {
    const body = await textOf(`/extended_list?limit=100${next}`)
    const { immediate_subordinate_entities: entities, next: cursor } = JSON.parse(body)
    found.push(JSON.stringify(entities))
    if (cursor === undefined) return found.map((each) => each.replace(/"next":"[^"]*"/, '"next":""'))
    next = `&from=${encodeURIComponent(cursor)}`
  }
}

/** Writes pages as the publisher does, in the order of the database. */
async function writePages(published: readonly Member[] = members, removed: readonly string[] = []) {
  for (let at = 0; at === 0 || at < published.length; at += 100) {
    const batch = { published: published.slice(at, at + 100), removed: at === 0 ? removed : [] }
    const transaction = client.multi()
    ;(await prepareSubordinatePages(client, ta.names, batch))(transaction)
    await transaction.exec()
  }
}

async function writeAllPages() {
  await writePages()
  const transaction = client.multi().set(marker, 'pages-1:x')
  ;(await prepareHolderPages(client, ta.names, marks))(transaction)
  await transaction.exec()
}

/** Nothing but the pages says any more what a list contains. */
async function forgetInfo() {
  await client.del(ta.names.subordinateInfo)
  await ta.announce({ kind: 'all' })
}

test('answers from pages are the same, byte for byte, also after an expiry', async () => {
  const before = await answers()
  ta.clock.ahead = 601
  const later = await answers()
  ta.clock.ahead = 0
  expect(later).not.toEqual(before)
  await writeAllPages()
  expect(await client.hlen(ta.names.subordinatePages)).toBeGreaterThan(2)
  await forgetInfo()
  expect(await answers()).toEqual(before)
  ta.clock.ahead = 601
  expect(await answers()).toEqual(later)
  ta.clock.ahead = 0
})

test('a change shows at once: an entry that changes, a removed page, a page that grows', async () => {
  await writeAllPages()
  await forgetInfo()
  const ids = async () => JSON.parse(await textOf('/list')) as string[]
  const before = await ids()
  const gone = before.slice(0, 600)
  const added = Array.from({ length: 700 }, (_, at) => `${before[700]}.${at}`)
  const changed = { entityId: before[800] ?? '', info: { ...infoOf(1), entity_types: ['oauth_client'] } }
  await client.hdel(ta.names.subordinates, ...gone)
  await writePages([], gone)
  for (const id of gone) await client.publish(ta.names.changes, JSON.stringify({ kind: 'subordinate', id }))
  await ta.announce({ kind: 'subordinate', id: gone[0] ?? '' })
  expect(await ids()).toEqual(before.slice(600))
  await client.hset(ta.names.subordinates, ...added.flatMap((id) => [id, 'x.y.z']))
  await writePages([changed, ...added.map((entityId) => ({ entityId, info: infoOf(1) }))])
  for (const id of [...added, changed.entityId]) {
    await client.publish(ta.names.changes, JSON.stringify({ kind: 'subordinate', id }))
  }
  await ta.announce({ kind: 'subordinate', id: added[0] ?? '' })
  expect(await ids()).toEqual([...before.slice(600), ...added].sort())
  expect(JSON.parse(await textOf('/list?entity_type=oauth_client'))).toEqual([changed.entityId])
  await ta.announce({ kind: 'all' })
  expect(await ids()).toEqual([...before.slice(600), ...added].sort())
})

test('the pages do not count when another writer added a member', async () => {
  await writeAllPages()
  const other = { id: 'https://another.example', foreign: true } as const
  await ta.publishSubordinate(other)
  await ta.announce({ kind: 'all' })
  expect(JSON.parse(await textOf('/list'))).toContain(other.id)
})

test('the pages do not count after an older version of our publisher', async () => {
  await writeAllPages()
  const id = idOf(0)
  await client.hset(ta.names.subordinateInfo, id, formatSubordinateInfo({ ...infoOf(0), expires: 1 }))
  await ta.announce({ kind: 'all' })
  expect(JSON.parse(await textOf('/list'))).toContain(id)
  await client.set(marker, 'aa49d6e0')
  await ta.announce({ kind: 'all' })
  expect(JSON.parse(await textOf('/list'))).not.toContain(id)
})

test('the pages do not count when one is unreadable', async () => {
  const before = await textOf('/list')
  await writeAllPages()
  const [name = ''] = await client.hkeys(ta.names.subordinatePages)
  await client.hset(ta.names.subordinatePages, name, 'rubbish')
  await ta.announce({ kind: 'all' })
  expect(await textOf('/list')).toBe(before)
})

test('pages do not hide that Redis lost the members', async () => {
  await writeAllPages()
  await client.del(ta.names.subordinates)
  await ta.announce({ kind: 'all' })
  expect((await ta.app.inject({ url: '/list' })).statusCode).toBe(503)
})
