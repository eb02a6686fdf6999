/** Tests the registration form: which keys are compared, and how the checks are summed up. */
import { expect, test } from 'vitest'
import { checksInWords } from '#lib/subordinate/check-result.ts'
import {
  areCompared,
  emptyDraft,
  inputOf,
  locateRefusal,
  thumbprintsOf,
} from '#lib/subordinate/registration.ts'

const published = {
  jwks: { keys: [{ kty: 'EC', kid: 'a' }] },
  keyThumbprints: [{ kid: 'a', thumbprint: 'print' }],
}
const others = { jwks: { keys: [] }, keyThumbprints: [{ kid: 'a', thumbprint: 'another' }] }
const entityId = 'https://rp.example.org'

test('sends the keys that the operator has compared, and no others', () => {
  const draft = { ...emptyDraft(), compared: thumbprintsOf(published) }
  expect(inputOf(entityId, draft, published).value).toMatchObject({ entityId, jwks: published.jwks })
  expect(areCompared(draft, others)).toBe(false)
  expect(inputOf(entityId, draft, others).value).not.toHaveProperty('jwks', others.jwks)
  expect(inputOf(entityId, emptyDraft(), published).value).not.toHaveProperty('jwks', published.jwks)
})

test('sends typed keys instead of compared ones', () => {
  const draft = emptyDraft()
  draft.settings.jwks = '{"keys": [{"kid": "typed"}]}'
  draft.compared = thumbprintsOf(published)
  expect(inputOf(entityId, draft, published).value).toMatchObject({ jwks: { keys: [{ kid: 'typed' }] } })
})

test('shows a refusal of keys at the field only if they were typed there', () => {
  const refusal = { message: 'No.', path: ['jwks'] }
  expect(locateRefusal(refusal, emptyDraft()).path).toEqual([])
  const typed = emptyDraft()
  typed.settings.jwks = '{"keys": []}'
  expect(locateRefusal(refusal, typed).path).toEqual(['jwks'])
})

test.each([
  [['PASSED', 'PASSED'], '2 checks passed.'],
  [['PASSED', 'SKIPPED'], '1 check passed, 1 was not run.'],
  [['PASSED', 'WARNING', 'SKIPPED', 'SKIPPED'], '1 check passed, 1 warning below, 2 were not run.'],
] as const)('says of %j: %s', (statuses, words) => {
  expect(checksInWords(statuses.map((status) => ({ status })))).toBe(words)
})
