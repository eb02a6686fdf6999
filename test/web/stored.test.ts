import { expect, test } from 'vitest'
import { findChangedFields, pickFields } from '#lib/form/stored.ts'

test('names the fields that differ, by what they hold', () => {
  expect(findChangedFields({ a: ['x'], b: 1, c: '' }, { a: ['x'], b: 2, c: 'c' })).toEqual(['b', 'c'])
})

test('takes the named fields and no others', () => {
  expect(pickFields({ a: 1, b: 2 }, ['b', 'c'])).toEqual({ b: 2 })
})
