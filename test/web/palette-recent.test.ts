/** Tests the recent objects of the palette: which pages count, their order, and a broken storage. */
import { expect, test } from 'vitest'
import { objectAt, readRecent, remember } from '#lib/palette/recent.ts'

test.each([
  ['/subordinates/abc', '', '/subordinates/abc'],
  ['/subordinates/abc/keys', '?x=1', '/subordinates/abc'],
  ['/trust-marks/types/t/edit', '', '/trust-marks/types/t'],
  ['/trust-marks/types', '', undefined],
  ['/trust-marks/types/new', '', undefined],
  ['/requests/r', '', '/requests/r'],
  ['/requests/approvals/a', '', '/requests/approvals/a'],
  ['/requests/approvals', '', undefined],
  ['/requests/checks', '', undefined],
  ['/requests/checks/edit', '?type=x', undefined],
  ['/organizations/o/edit', '', '/organizations/o'],
  ['/organizations/new', '', undefined],
  ['/explorer/collection/entity', '?id=https%3A%2F%2Fa', '/explorer/collection/entity?id=https%3A%2F%2Fa'],
  ['/a/test/subordinates/abc/keys', '', '/a/test/subordinates/abc'],
  ['/a/test/explorer/collection/entity', '?id=x', '/a/test/explorer/collection/entity?id=x'],
  ['/a/test/subordinates', '', undefined],
  ['/subordinates', '?q=a', undefined],
  ['/subordinates/new', '', undefined],
  ['/subordinates/import', '', undefined],
  ['/trust-marks/new', '', undefined],
  ['/', '', undefined],
])('the object at %s%s', (pathname, search, href) => expect(objectAt({ pathname, search })).toBe(href))

function memory() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

test('keeps the last eight of each user, newest first and each once', () => {
  const storage = memory()
  for (const index of [1, 2, 3, 4, 5, 6, 7, 8, 9, 5])
    remember('anna', { href: `/trust-marks/${index}`, label: `${index}` }, storage)
  expect(readRecent('anna', storage).map(({ label }) => label)).toEqual([
    '5',
    '9',
    '8',
    '7',
    '6',
    '4',
    '3',
    '2',
  ])
  expect(readRecent('bert', storage)).toEqual([])
})

test.each(['no JSON', '{}', '[1, {"href": 2, "label": "x"}]'])('ignores %s in the storage', (stored) =>
  expect(readRecent('anna', { getItem: () => stored })).toEqual([]),
)
