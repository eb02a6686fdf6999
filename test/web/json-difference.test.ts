import { expect, test } from 'vitest'
import { differencesBetween } from '#lib/json/difference.ts'

test('names the places that differ, and no others', () => {
  const before = { scope: { value: 'openid' }, grants: ['code'], same: 1 }
  const after = { scope: { value: 'openid email' }, grants: ['code', 'refresh'], same: 1 }
  expect(differencesBetween(before, after)).toEqual([
    { path: ['grants'], before: ['code'], after: ['code', 'refresh'] },
    { path: ['scope', 'value'], before: 'openid', after: 'openid email' },
  ])
})

test('the order of members is no difference, that of a list is', () => {
  expect(differencesBetween({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([])
  expect(differencesBetween(['a', 'b'], ['b', 'a'])).toHaveLength(1)
})

test('a thing that comes or goes is told by its members', () => {
  expect(differencesBetween(null, { active: true, note: null })).toEqual([
    { path: ['active'], before: undefined, after: true },
  ])
  expect(differencesBetween({ a: {} }, {})).toEqual([{ path: ['a'], before: {}, after: undefined }])
})
