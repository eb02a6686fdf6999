import { expect, test } from 'vitest'
import { closesPaths, settingsInput, storedSettings } from '#lib/subordinate/draft.ts'

const subordinate = {
  version: 3,
  jwks: { keys: [] },
  forcedMetadata: null,
  metadataPolicy: { openid_provider: { issuer: { essential: true } } },
  constraints: null,
  additionalClaims: null,
  requiredTrustMarks: [],
  validFor: 24,
  autorenew: true,
}

test('what is stored becomes text, and nothing where nothing is set', () => {
  const { version, fields } = storedSettings(subordinate)
  expect(version).toBe(3)
  expect(fields).toMatchObject({ forcedMetadata: '', constraints: '', validFor: '24', autorenew: true })
  expect(JSON.parse(fields.metadataPolicy)).toEqual(subordinate.metadataPolicy)
})

test('only the fields that are given are sent', () => {
  expect(settingsInput({ validFor: '' })).toEqual({ value: { validFor: null } })
  expect(settingsInput({})).toEqual({ value: {} })
})

test('a claim that says nothing is cleared', () => {
  const policy = '{"openid_provider": {"issuer": {}}, "oauth_client": {}}'
  expect(settingsInput({ metadataPolicy: policy, constraints: ' ' }).value).toEqual({
    metadataPolicy: null,
    constraints: null,
  })
})

test('an operator of a policy may have an empty object for its value', () => {
  const metadataPolicy = '{"openid_provider": {"x": {"value": {}}}}'
  expect(settingsInput({ metadataPolicy }).value).toEqual({ metadataPolicy: JSON.parse(metadataPolicy) })
})

test.each([
  [{ forcedMetadata: '{' }, 'forcedMetadata'],
  [{ constraints: '[]' }, 'constraints'],
  [{ validFor: 'a week' }, 'validFor'],
])('%j is refused at its field', (fields, field) => {
  expect(settingsInput(fields).refusal?.path).toEqual([field])
})

test('a path length of 0 closes every path through an Intermediate (§6.2.1)', () => {
  expect(closesPaths({ constraints: { max_path_length: 0 } })).toBe(true)
  for (const constraints of [{ max_path_length: 1 }, {}, null, undefined])
    expect(closesPaths({ constraints })).toBe(false)
})
