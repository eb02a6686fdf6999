/** Tests where a form shows a refusal. */
import { expect, test } from 'vitest'
import { messageAt, messageElsewhere } from '#lib/graphql/refusal.ts'

const refused = (...path: string[]) => ({ message: 'It is wrong.', path })

test('shows a message at its field, with the place inside', () => {
  expect(messageAt(refused('jwks'), 'jwks')).toBe('It is wrong.')
  expect(messageAt(refused('jwks', 'keys', '0'), 'jwks')).toContain('keys.0')
  expect(messageAt(refused('jwks'), 'validFor')).toBeUndefined()
  expect(messageAt(refused(), 'jwks')).toBeUndefined()
  expect(messageAt(undefined, 'jwks')).toBeUndefined()
})

test('shows a message of any other field above the form', () => {
  expect(messageElsewhere(refused('jwks'), ['jwks'])).toBeUndefined()
  expect(messageElsewhere(refused('version'), ['jwks'])).toBe('It is wrong.')
  expect(messageElsewhere(refused(), ['jwks'])).toBe('It is wrong.')
  expect(messageElsewhere(undefined, ['jwks'])).toBeUndefined()
})
