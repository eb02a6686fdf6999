import { expect, test } from 'vitest'
import { findChangedFields, pickFields } from '#lib/form/stored.ts'

test('compares fields by content', () => {
  expect(findChangedFields({ a: ['x'], b: 1, c: '' }, { a: ['x'], b: 2, c: 'c' })).toEqual(['b', 'c'])
})

test('picks only the named fields', () => {
  expect(pickFields({ a: 1, b: 2 }, ['b', 'c'])).toEqual({ b: 2 })
})
