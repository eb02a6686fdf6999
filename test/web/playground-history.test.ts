/** Tests the history of the playground: its order, its limit, a broken storage, and that it is cleared. */
import { expect, test } from 'vitest'
import { clearHistory, keepInHistory, readHistory } from '#lib/playground/history.ts'

/** As the browser's: what is kept are its own members. */
function memory(): Storage {
  const methods = {
    getItem: (key: string) => (Object.hasOwn(storage, key) ? storage[key] : null),
    setItem(key: string, value: string) {
      storage[key] = value
    },
    removeItem(key: string) {
      delete storage[key]
    },
  }
  const storage: Storage = Object.create(methods)
  return storage
}

const run = (query: string, variables = '') => ({ query, variables, at: '2026-11-28T08:00:00.000Z' })

test('keeps the last fifty of each user, newest first, and the same text once', () => {
  const storage = memory()
  for (let index = 1; index <= 60; index++) keepInHistory('anna', run(`{ a${index} }`), storage)
  const kept = keepInHistory('anna', { ...run('{ a30 }'), at: '2026-11-28T09:00:00.000Z' }, storage)
  expect(kept).toHaveLength(50)
  expect(kept.slice(0, 3).map(({ query }) => query)).toEqual(['{ a30 }', '{ a60 }', '{ a59 }'])
  expect(kept.filter(({ query }) => query === '{ a30 }')).toHaveLength(1)
  expect(kept[0]?.at).toBe('2026-11-28T09:00:00.000Z')
  expect(readHistory('anna', storage)).toEqual(kept)
  expect(readHistory('bert', storage)).toEqual([])
})

test('keeps the same query with other variables', () => {
  const storage = memory()
  keepInHistory('anna', run('{ a }', '{"x": 1}'), storage)
  expect(keepInHistory('anna', run('{ a }', '{"x": 2}'), storage)).toHaveLength(2)
})

test('clears the history of one user, or of all, and nothing else', () => {
  const storage = memory()
  storage.setItem('theme', 'dark')
  for (const user of ['anna', 'bert']) keepInHistory(user, run('{ a }'), storage)
  clearHistory(storage, 'anna')
  expect(readHistory('anna', storage)).toEqual([])
  expect(readHistory('bert', storage)).toHaveLength(1)
  clearHistory(storage)
  expect(Object.keys(storage)).toEqual(['theme'])
})

test.each(['no JSON', '{}', '[1, {"query": "{ a }", "variables": 2, "at": "x"}]'])(
  'ignores %s in the storage',
  (stored) => expect(readHistory('anna', { getItem: () => stored })).toEqual([]),
)

test('stays as it was without room in the storage', () => {
  const storage = memory()
  keepInHistory('anna', run('{ a }'), storage)
  const full = {
    getItem: storage.getItem,
    setItem() {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    },
  }
  expect(keepInHistory('anna', run('{ b }'), full).map(({ query }) => query)).toEqual(['{ a }'])
})
