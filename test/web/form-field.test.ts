/** Tests the fields of forms: conversion from stored values and to the API's input. */
import { expect, test } from 'vitest'
import { emptyValues, parseValues, storedValues } from '#lib/form/field.ts'
import { closesPaths, subordinateFields } from '#lib/subordinate/draft.ts'
import { anchorFields } from '#lib/trust-anchor/draft.ts'
import { markFields, typeFields } from '#lib/trust-mark/draft.ts'

test('starts empty, with defaults switched on', () => {
  expect(emptyValues(markFields)).toEqual({
    validFor: '',
    renewalTime: '',
    autorenew: true,
    additionalClaims: '',
  })
  expect(emptyValues(typeFields)).toMatchObject({ autorenew: true, active: true, statusList: false })
  const [one, other] = [emptyValues(subordinateFields), emptyValues(subordinateFields)]
  one.requiredTrustMarks.push('https://ta.example/mark')
  expect(other.requiredTrustMarks).toEqual([])
})

test('converts stored values to text, and null to empty text', () => {
  const mark = { version: 2, validFor: 8760, renewalTime: 48, autorenew: false, additionalClaims: null }
  expect(storedValues(markFields, mark)).toEqual({
    version: 2,
    fields: { validFor: '8760', renewalTime: '48', autorenew: false, additionalClaims: '' },
  })
  const metadataPolicy = { openid_provider: { issuer: { essential: true } } }
  const { metadataPolicy: policy, constraints, requiredTrustMarks } = subordinateFields
  const { fields } = storedValues(
    { metadataPolicy: policy, constraints, requiredTrustMarks },
    { version: 3, metadataPolicy, constraints: {}, requiredTrustMarks: [] },
  )
  expect(fields).toMatchObject({ constraints: '', requiredTrustMarks: [] })
  expect(JSON.parse(fields.metadataPolicy)).toEqual(metadataPolicy)
})

test('keeps only the JWTs of the Trust Marks of the anchor', () => {
  const trustMarks = [{ trust_mark_type: 'https://a.example/mark', trust_mark: 'a.b.c' }, 'rubbish']
  const { trustMarks: marks, auditRetentionDays } = anchorFields
  const { fields } = storedValues(
    { trustMarks: marks, auditRetentionDays },
    { version: 4, trustMarks, auditRetentionDays: null },
  )
  expect(fields).toMatchObject({ trustMarks: ['a.b.c'], auditRetentionDays: '' })
  expect(parseValues(anchorFields, { trustMarks: ['a.b.c'], endpoints: ['RESOLVE'] })).toEqual({
    value: { trustMarks: ['a.b.c'], endpoints: ['RESOLVE'] },
  })
})

test('sends only the given fields, and null for an empty one', () => {
  expect(parseValues(markFields, {})).toEqual({ value: {} })
  expect(parseValues(markFields, { validFor: '24' })).toEqual({ value: { validFor: 24 } })
  expect(parseValues(markFields, { validFor: '', renewalTime: '', additionalClaims: '' })).toEqual({
    value: { validFor: null, renewalTime: null, additionalClaims: null },
  })
  expect(parseValues(typeFields, { description: '  ', ref: ' x ', active: false, owner: '' })).toEqual({
    value: { description: null, ref: 'x', active: false, owner: null },
  })
})

test('sends an owner as typed', () => {
  const owner = { sub: 'https://owner.example', jwks: { keys: [] } }
  const { fields } = storedValues({ owner: typeFields.owner }, { version: 1, owner })
  expect(parseValues(typeFields, { owner: fields.owner })).toEqual({ value: { owner } })
})

test('sends null for a claim without content', () => {
  const metadataPolicy = '{"openid_provider": {"issuer": {}}, "oauth_client": {}}'
  expect(parseValues(subordinateFields, { metadataPolicy, constraints: ' ', jwks: '{}' })).toEqual({
    value: { metadataPolicy: null, constraints: null, jwks: null },
  })
})

test('keeps an empty object as the value of an operator', () => {
  const metadataPolicy = '{"openid_provider": {"x": {"value": {}}}}'
  expect(parseValues(subordinateFields, { metadataPolicy }).value).toEqual({
    metadataPolicy: JSON.parse(metadataPolicy),
  })
})

test.each([
  [parseValues(markFields, { validFor: '1.5' }), 'validFor'],
  [parseValues(markFields, { additionalClaims: '[' }), 'additionalClaims'],
  [parseValues(typeFields, { renewalTime: 'x' }), 'renewalTime'],
  [parseValues(typeFields, { owner: '7' }), 'owner'],
  [parseValues(subordinateFields, { forcedMetadata: '{' }), 'forcedMetadata'],
  [parseValues(subordinateFields, { constraints: '[]' }), 'constraints'],
  [parseValues(subordinateFields, { validFor: 'a week' }), 'validFor'],
  [parseValues(anchorFields, { trustAnchors: '[]' }), 'trustAnchors'],
  [parseValues(anchorFields, { maximumTrustMarkHours: '1e3' }), 'maximumTrustMarkHours'],
])('refuses unreadable input at its field', (outcome, field) => {
  expect(outcome.refusal?.path).toEqual([field])
})

test('detects that a path length of 0 closes every path through an Intermediate (§6.2.1)', () => {
  expect(closesPaths({ constraints: { max_path_length: 0 } })).toBe(true)
  for (const constraints of [{ max_path_length: 1 }, {}, null, undefined])
    expect(closesPaths({ constraints })).toBe(false)
})
