/** Where a form shows why it was refused. */
import { expect, test } from 'vitest'
import { messageAt, messageElsewhere } from '#lib/graphql/refusal.ts'

const refused = (...path: string[]) => ({ message: 'It is wrong.', path })

test('a message stands at its field, with the place inside', () => {
  expect(messageAt(refused('jwks'), 'jwks')).toBe('It is wrong.')
  expect(messageAt(refused('jwks', 'keys', '0'), 'jwks')).toContain('keys.0')
  expect(messageAt(refused('jwks'), 'validFor')).toBeUndefined()
  expect(messageAt(refused(), 'jwks')).toBeUndefined()
  expect(messageAt(undefined, 'jwks')).toBeUndefined()
})

test('a message of no field that is shown stands above the form', () => {
  expect(messageElsewhere(refused('jwks'), ['jwks'])).toBeUndefined()
  expect(messageElsewhere(refused('version'), ['jwks'])).toBe('It is wrong.')
  expect(messageElsewhere(refused(), ['jwks'])).toBe('It is wrong.')
  expect(messageElsewhere(undefined, ['jwks'])).toBeUndefined()
})
