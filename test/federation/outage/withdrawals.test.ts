/** Tests of which objects an older file may not be sent, because of a withdrawal that is known. */
import { beforeEach, expect, test } from 'vitest'
import { createWithdrawals, type Withdrawals } from '#federation/outage/withdrawals.ts'

let now = 0
let withdrawals: Withdrawals
const [first, other] = ['https://first.example', 'https://other.example']
const about = (folder: string, sub: string) => `${folder}/${encodeURIComponent(sub)}.jwt`
const files = [
  about('fetch', first),
  about('resolve', first),
  about('trust_mark/t', first),
  about('trust_mark/u', first),
  about('fetch', other),
  'status_list/1.jwt',
  'historical_keys.jwt',
  '.well-known/openid-federation',
  'list/all.json',
  'trust_mark_list/t.json',
]
/** The files that have a part that was withdrawn, and the lists with an entry that was. */
const concerned = () => [
  ...files.filter((file) => withdrawals.lastOf(file) === now),
  ...['list/all.json', 'trust_mark_list/t.json', 'trust_mark_list/u.json'].filter(
    (file) => withdrawals.lastOfEntry(file, first) === now,
  ),
]

beforeEach(() => {
  now = 10
  withdrawals = createWithdrawals(() => now)
})

test('a subordinate that is withdrawn is in no file about it, and no list', () => {
  withdrawals.note({ kind: 'subordinate', id: first })
  expect(concerned()).toEqual([about('fetch', first), about('resolve', first), 'list/all.json'])
  expect([withdrawals.latest(), withdrawals.lastOfEntry('list/all.json', other)]).toEqual([10, 0])
})

test('a revoked mark is in no response about its subject, and no status list', () => {
  const resolved = about('resolve', first)
  withdrawals.note({ kind: 'trust-mark', id: first, type: 't' })
  expect(concerned()).toEqual([
    resolved,
    about('trust_mark/t', first),
    'status_list/1.jwt',
    'trust_mark_list/t.json',
  ])
  now = 20
  withdrawals.note({ kind: 'trust-mark', id: first })
  expect(concerned()).toEqual([
    resolved,
    about('trust_mark/t', first),
    about('trust_mark/u', first),
    'status_list/1.jwt',
    'trust_mark_list/t.json',
    'trust_mark_list/u.json',
  ])
})

test('a change that withdraws nothing, and a lost connection, concern no file', () => {
  withdrawals.note({ kind: 'all', isLoss: true })
  withdrawals.note({ kind: 'all', withdrawsNothing: true })
  withdrawals.note({ kind: 'subordinate', id: first, withdrawsNothing: true })
  withdrawals.note({ kind: 'entity-configuration', withdrawsNothing: true })
  withdrawals.note({ kind: 'trust-anchors' })
  withdrawals.note({ kind: 'collection' })
  expect(concerned()).toEqual([])
  withdrawals.note({ kind: 'historical-keys' })
  expect(concerned()).toEqual(['historical_keys.jwt'])
})

test('another change concerns every file but those of the last crawl', () => {
  withdrawals.note({ kind: 'entity-configuration' })
  expect(concerned()).toEqual([...files, 'list/all.json', 'trust_mark_list/t.json', 'trust_mark_list/u.json'])
  expect(withdrawals.lastOf('collection/all.json')).toBe(0)
})

test('an object that is not remembered any more counts as withdrawn with all', () => {
  withdrawals.note({ kind: 'subordinate', id: first })
  now = 20
  for (let at = 0; at < 10_000; at++) withdrawals.note({ kind: 'subordinate', id: `https://${at}.example` })
  expect(withdrawals.lastOf(about('fetch', first))).toBe(10)
  expect(withdrawals.lastOf(about('fetch', other))).toBe(10)
  expect(withdrawals.lastOf(about('fetch', 'https://7.example'))).toBe(20)
})
