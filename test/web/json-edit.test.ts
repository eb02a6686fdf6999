import { expect, test } from 'vitest'
import { valueAt, withoutEmpty, withoutValue, withValue } from '#lib/json/edit.ts'

test('sets a member and makes the objects on the way', () => {
  const before = { openid_provider: { scope: 1 } }
  expect(withValue(before, ['openid_provider', 'grant_types', 'add'], ['code'])).toEqual({
    openid_provider: { scope: 1, grant_types: { add: ['code'] } },
  })
  expect(before).toEqual({ openid_provider: { scope: 1 } })
})

test('puts an object where something else stood in the way', () => {
  expect(withValue({ a: 'text' }, ['a', 'b'], 1)).toEqual({ a: { b: 1 } })
})

test('finds only what an object has itself', () => {
  expect(valueAt({ a: { b: null } }, ['a', 'b'])).toBeNull()
  expect(valueAt({}, ['constructor'])).toBeUndefined()
  expect(valueAt({ a: [1] }, ['a', '0'])).toBeUndefined()
})

test('removes a member and leaves the objects around it', () => {
  expect(withoutValue({ a: { b: 1 } }, ['a', 'b'])).toEqual({ a: {} })
  expect(withoutValue({ a: 1 }, ['b', 'c'])).toEqual({ a: 1 })
})

test('a member may have any name', () => {
  const odd = withValue({}, ['__proto__', 'x'], 1)
  expect(Object.keys(odd)).toEqual(['__proto__'])
  expect(withoutValue(odd, ['__proto__'])).toEqual({})
})

test.each([
  [{ a: {}, b: { c: {} } }, 1, { b: { c: {} } }],
  [{ a: {}, b: { c: {} } }, 2, {}],
  [{ a: { b: { value: {} } } }, 2, { a: { b: { value: {} } } }],
  [{ a: [] }, 2, { a: [] }],
])('leaves out what says nothing: %j, %i deep', (object, depth, left) => {
  expect(withoutEmpty(object, depth)).toEqual(left)
})
