/** Tests where a form shows a refusal. */
import { expect, test } from 'vitest'
import type { Path } from '#core/path.ts'
import { messageAt, messageElsewhere, messageWithLabel } from '#lib/graphql/refusal.ts'

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

test('names a place inside a field in the words of the field', () => {
  const refusal = { message: 'No.', path: ['contacts', '2', 'email'] as Path }
  const contacts = { label: 'Contacts', placeOf: ([at]: Path) => `contact ${Number(at) + 1}` }
  expect(messageWithLabel(refusal, { contacts })).toBe('Contacts: At contact 3: No.')
  expect(messageWithLabel({ ...refusal, path: ['contacts'] }, { contacts })).toBe('Contacts: No.')
})
