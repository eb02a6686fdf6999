import { beforeEach, expect, test } from 'vitest'
import { createRecent, type Recent } from '#core/recent.ts'

let recent: Recent<string>
beforeEach(() => {
  recent = createRecent({ maxSize: 8, sizeOf: (value) => value.length })
})
const kept = (...keys: string[]) => keys.map((key) => recent.peek(key))

test('keeps what was used last, within its size', () => {
  for (const key of ['a', 'b', 'c', 'd']) recent.set(key, 'v')
  recent.set('e', 'v')
  expect(kept('a', 'e')).toEqual(['v', 'v'])
  expect(recent.get('a')).toBe('v')
  for (const key of ['f', 'g', 'h']) recent.set(key, 'v')
  expect(kept('a', 'b', 'e', 'f', 'g', 'h')).toEqual(['v', undefined, 'v', 'v', 'v', 'v'])
})

test('has the last value of a key, or none after its removal', () => {
  recent.set('a', 'v')
  for (const key of ['b', 'c', 'd', 'e']) recent.set(key, 'v')
  recent.set('a', 'w')
  expect(recent.get('a')).toBe('w')
  recent.delete('a')
  recent.delete('b')
  expect(kept('a', 'b', 'c')).toEqual([undefined, undefined, 'v'])
})

test('keeps no value of more than half of its size, nor what that replaces', () => {
  recent.set('a', 'v')
  recent.set('a', 'vvvvv')
  expect(recent.peek('a')).toBeUndefined()
  recent.set('b', 'vvvv')
  expect(recent.peek('b')).toBe('vvvv')
})
