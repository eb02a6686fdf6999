import { expect, test } from 'vitest'
import { endpointSettings } from '#lib/entity/endpoint.ts'
import { readClaims } from '#lib/jwt.ts'
import { anchorInput, storedAnchor } from '#lib/trust-anchor/draft.ts'

const anchor = {
  version: 4,
  organizationName: null,
  organization: {},
  authorityHints: [],
  trustAnchorHints: [],
  trustMarks: [{ trust_mark_type: 'https://a.example/mark', trust_mark: 'a.b.c' }],
  trustMarkIssuers: { 'https://a.example/mark': [] },
  trustMarkOwners: {},
  constraints: {},
  trustAnchors: {},
  endpoints: ['RESOLVE' as const],
  endpointAuthMethods: {},
  entityConfigurationHours: 24,
  statementHours: 168,
  maximumStatementHours: 8760,
  maximumTrustMarkHours: 43800,
  runRetentionDays: 90,
  auditRetentionDays: null,
}

test('what is stored becomes fields, and marks their JWTs', () => {
  const { version, fields } = storedAnchor(anchor)
  expect(version).toBe(4)
  expect(fields).toMatchObject({
    organization: '',
    trustMarks: ['a.b.c'],
    statementHours: '168',
    auditRetentionDays: '',
  })
  expect(JSON.parse(fields.trustMarkIssuers)).toEqual(anchor.trustMarkIssuers)
})

test('only what is given is sent; nothing typed clears', () => {
  expect(anchorInput({ organizationName: ' ', constraints: '', statementHours: '' })).toEqual({
    value: { organizationName: null, constraints: null, statementHours: null },
  })
  expect(anchorInput({ endpoints: ['RESOLVE'], trustMarks: ['a.b.c'] })).toEqual({
    value: { endpoints: ['RESOLVE'], trustMarks: ['a.b.c'] },
  })
})

test.each([
  [{ trustAnchors: '[]' }, 'trustAnchors'],
  [{ maximumTrustMarkHours: '1e3' }, 'maximumTrustMarkHours'],
])('%j is refused at its field', (fields, field) => {
  expect(anchorInput(fields).refusal?.path).toEqual([field])
})

test('every endpoint but fetch and list can be left out', () => {
  const names = endpointSettings.filter(({ optional }) => !optional).map(({ name }) => name)
  expect(names).toEqual(['fetch', 'list'])
  expect(endpointSettings.map(({ optional }) => optional)).toContain('TRUST_MARK_STATUS')
})

test('claims are read from a JWT, and from nothing else', () => {
  const part = Buffer.from(JSON.stringify({ iss: 'https://ä.example' })).toString('base64url')
  expect(readClaims(`e30.${part}.x`)).toEqual({ iss: 'https://ä.example' })
  for (const text of ['', 'a', 'a.*.c', 'a.W10.c', '..']) expect(readClaims(text)).toBeUndefined()
})
