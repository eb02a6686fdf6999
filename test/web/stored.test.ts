import { expect, test } from 'vitest'
import { differing, picked } from '#lib/form/stored.ts'

test('names the fields that differ, by what they hold', () => {
  expect(differing({ a: ['x'], b: 1, c: '' }, { a: ['x'], b: 2, c: 'c' })).toEqual(['b', 'c'])
})

test('takes the named fields and no others', () => {
  expect(picked({ a: 1, b: 2 }, ['b', 'c'])).toEqual({ b: 2 })
})
