/** Tests the saved views of lists: what belongs to a view, and what a broken storage does. */
import { expect, test } from 'vitest'
import { keepViews, readViews, viewOf, withView } from '#lib/list/saved-views.ts'

test.each([
  ['/users', '', ''],
  ['/users', '?role=ADMIN&q=a', '?q=a&role=ADMIN'],
  ['/users', '?sort=-name&after=abc&offset=50', '?sort=-name'],
])('the view of %s%s is %j', (pathname, search, view) => expect(viewOf({ pathname, search })).toBe(view))

test('keeps views for each list, and replaces one of the same name', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  const first = withView([], { name: 'mine', query: '?q=a' })
  expect(keepViews('/users', withView(first, { name: 'mine', query: '?q=b' }), storage)).toBe(true)
  expect(readViews('/users', storage)).toEqual([{ name: 'mine', query: '?q=b' }])
  expect(readViews('/audit', storage)).toEqual([])
})

test.each(['no JSON', '{}', '[{"name": 1, "query": ""}, null]'])('ignores %s in the storage', (stored) =>
  expect(readViews('/users', { getItem: () => stored })).toEqual([]),
)

test('says when the browser keeps nothing', () => {
  const setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  expect(keepViews('/users', [], { setItem })).toBe(false)
})
