import { expect, test } from 'vitest'
import { valueAt, withoutEmpty, withoutValue, withValue } from '#lib/json/edit.ts'

test('sets a member and creates the objects on its path', () => {
  const before = { openid_provider: { scope: 1 } }
  expect(withValue(before, ['openid_provider', 'grant_types', 'add'], ['code'])).toEqual({
    openid_provider: { scope: 1, grant_types: { add: ['code'] } },
  })
  expect(before).toEqual({ openid_provider: { scope: 1 } })
})

test('replaces another value on the path by an object', () => {
  expect(withValue({ a: 'text' }, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
})

test('finds own members only', () => {
  expect(valueAt({ a: { b: null } }, ['a', 'b'])).toBeNull()
  expect(valueAt({}, ['constructor'])).toBeUndefined()
  expect(valueAt({ a: [1] }, ['a', '0'])).toBeUndefined()
})

test('removes a member and keeps the objects around it', () => {
  expect(withoutValue({ a: { b: 1 } }, ['a', 'b'])).toEqual({ a: {} })
  expect(withoutValue({ a: 1 }, ['b', 'c'])).toEqual({ a: 1 })
})

test('accepts any name of a member', () => {
  const odd = withValue({}, ['__proto__', 'x'], 1)
  expect(Object.keys(odd)).toEqual(['__proto__'])
  expect(withoutValue(odd, ['__proto__'])).toEqual({})
})

test.each([
  [{ a: {}, b: { c: {} } }, 1, { b: { c: {} } }],
  [{ a: {}, b: { c: {} } }, 2, {}],
  [{ a: { b: { value: {} } } }, 2, { a: { b: { value: {} } } }],
  [{ a: [] }, 2, { a: [] }],
])('removes empty objects from %j down to level %i', (object, depth, left) => {
  expect(withoutEmpty(object, depth)).toEqual(left)
})
