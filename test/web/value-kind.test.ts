import { expect, test } from 'vitest'
import { converted, kindOf, splitEntries } from '#lib/form/value-kind.ts'

test.each([
  ['a', 'text'],
  [[], 'list'],
  [false, 'flag'],
  [0, 'number'],
  [null, 'json'],
  [{}, 'json'],
])('%j has the type %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind)
})

test.each([
  ['code', 'list', ['code']],
  ['', 'list', []],
  [{ a: 1 }, 'list', []],
  [['a', 'b'], 'text', 'a'],
  [true, 'text', ''],
  ['3600', 'number', 3600],
  ['never', 'number', 0],
  ['false', 'flag', false],
  [['a'], 'json', ['a']],
] as const)('converts %j to %s: %j', (value, kind, expected) => {
  expect(converted(value, kind)).toEqual(expected)
})

test('splits entries at commas and line breaks', () => {
  expect(splitEntries(' openid, profile\n\nemail ,')).toEqual(['openid', 'profile', 'email'])
})
