import { expect, test } from 'vitest'
import { differencesBetween } from '#lib/json/difference.ts'

test('names only the places that differ', () => {
  const before = { scope: { value: 'openid' }, grants: ['code'], same: 1 }
  const after = { scope: { value: 'openid email' }, grants: ['code', 'refresh'], same: 1 }
  expect(differencesBetween(before, after)).toEqual([
    { path: ['grants'], before: ['code'], after: ['code', 'refresh'] },
    { path: ['scope', 'value'], before: 'openid', after: 'openid email' },
  ])
})

test('ignores the order of members, but not of a list', () => {
  expect(differencesBetween({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([])
  expect(differencesBetween(['a', 'b'], ['b', 'a'])).toHaveLength(1)
})

test('describes an added or removed object by its members', () => {
  expect(differencesBetween(null, { active: true, note: null })).toEqual([
    { path: ['active'], before: undefined, after: true },
  ])
  expect(differencesBetween({ a: {} }, {})).toEqual([{ path: ['a'], before: {}, after: undefined }])
})
