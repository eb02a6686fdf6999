/** Tests that refusals name fields as the forms label them, and not as the API does. */
import { expect, test } from 'vitest'
import { fieldsInWords } from '#lib/form/field-word.ts'
import { protectionFields } from '#lib/protection/draft.ts'
import { subordinateFields } from '#lib/subordinate/draft.ts'
import { anchorFields } from '#lib/trust-anchor/draft.ts'
import { markFields, typeFields } from '#lib/trust-mark/draft.ts'

test.each([
  ['validFor must be at least 1 hour.', 'The validity must be at least 1 hour.'],
  [
    'renewalTime must be shorter than validFor.',
    'The renewal before expiry must be shorter than the validity.',
  ],
  [
    'No. validForHours must be between 1 and 720.',
    'No. The number of hours that a change waits must be between 1 and 720.',
  ],
  [
    'metadataPolicy.openid_provider.scope must be a JSON object.',
    'The metadata policy at openid_provider.scope must be a JSON object.',
  ],
  ['trustAnchors[0] must be an object.', 'The pinned keys at [0] must be an object.'],
  ['Its display_name is too long.', 'Its display_name is too long.'],
])('%s', (sentence, expected) => {
  expect(fieldsInWords(sentence)).toBe(expected)
})

const fields = { ...subordinateFields, ...anchorFields, ...markFields, ...typeFields, ...protectionFields }

test('has words for every field of the forms whose name is no English word', () => {
  const names = Object.keys(fields).filter((name) => /[A-Z]/.test(name))
  expect(names.length).toBeGreaterThan(20)
  const unknown = names.filter((name) => fieldsInWords(`${name} must be shorter.`).includes(name))
  expect(unknown).toEqual([])
})
