import { expect, test } from 'vitest'
import { markInput, storedMark, storedType, typeInput } from '#lib/trust-mark/draft.ts'

const hours = { version: 2, validFor: 8760, renewalTime: 48, autorenew: true }

test('a mark without claims has an empty field for them', () => {
  expect(storedMark({ ...hours, additionalClaims: null })).toEqual({
    version: 2,
    fields: { validFor: '8760', renewalTime: '48', autorenew: true, additionalClaims: '' },
  })
})

test('only what is given is sent, and nothing typed clears', () => {
  expect(markInput({ validFor: '24' })).toEqual({ value: { validFor: 24 } })
  expect(markInput({ additionalClaims: '' })).toEqual({ value: { additionalClaims: null } })
  expect(typeInput({ description: '  ', active: false, owner: '' })).toEqual({
    value: { description: null, active: false, owner: null },
  })
})

test('an owner is sent as it was typed', () => {
  const owner = { sub: 'https://owner.example', jwks: { keys: [] } }
  const { fields } = storedType({ ...hours, active: true, owner })
  expect(typeInput({ owner: fields.owner })).toEqual({ value: { owner } })
})

test.each([
  [markInput({ validFor: '1.5' }), 'validFor'],
  [markInput({ additionalClaims: '[' }), 'additionalClaims'],
  [typeInput({ renewalTime: 'x' }), 'renewalTime'],
  [typeInput({ owner: '7' }), 'owner'],
])('what cannot be read is refused at its field', (outcome, field) => {
  expect(outcome.refusal?.path).toEqual([field])
})
