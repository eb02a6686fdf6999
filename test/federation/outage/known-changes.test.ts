/** Tests which files may be older than a change that is known. */
import { beforeEach, expect, test } from 'vitest'
import { createKnownChanges, type KnownChanges } from '#federation/outage/known-changes.ts'

let now = 0
let changes: KnownChanges
const [first, other] = ['https://first.example', 'https://other.example']
const about = (folder: string, sub: string) => `${folder}/${encodeURIComponent(sub)}.jwt`

beforeEach(() => {
  now = 10
  changes = createKnownChanges(() => now)
})

test('a change of one object is one of its files and of the lists', () => {
  changes.note({ kind: 'subordinate', id: first })
  for (const file of [about('fetch', first), about('resolve', first), about('trust_mark/t', first)])
    expect(changes.lastOf(file), file).toBe(10)
  for (const file of ['list/all.json', 'trust_mark_list/t.json', 'status_list/1.jwt'])
    expect(changes.lastOf(file), file).toBe(10)
  for (const file of [about('fetch', other), '.well-known/openid-federation', 'collection/all.json'])
    expect(changes.lastOf(file), file).toBe(0)
})

test('a change of all is one of every file, and a lost connection is none', () => {
  changes.note({ kind: 'all', isLoss: true })
  changes.note({ kind: 'trust-anchors' })
  expect(changes.lastOf('list/all.json')).toBe(0)
  changes.note({ kind: 'collection' })
  expect([changes.lastOf('collection/all.json'), changes.lastOf('list/all.json')]).toEqual([10, 0])
  now = 20
  changes.note({ kind: 'entity-configuration' })
  for (const file of [about('fetch', other), '.well-known/openid-federation', 'collection/all.json'])
    expect(changes.lastOf(file), file).toBe(20)
})

test('a subject that is not remembered any more counts as changed with all', () => {
  changes.note({ kind: 'subordinate', id: first })
  now = 20
  for (let at = 0; at < 10_000; at++) changes.note({ kind: 'trust-mark', id: `https://${at}.example` })
  expect(changes.lastOf(about('fetch', first))).toBe(10)
  expect(changes.lastOf(about('fetch', other))).toBe(10)
  expect(changes.lastOf(about('fetch', 'https://7.example'))).toBe(20)
})
