import { expect, test } from 'vitest'
import {
  constraintsFindings,
  findingsAt,
  findingsWithin,
  issuersFindings,
  jwksFindings,
  markClaimsFindings,
  metadataFindings,
  ownerFindings,
  ownersFindings,
  parametersFindings,
  pinnedKeysFindings,
  policyFindings,
  statementClaimsFindings,
} from '#lib/form/claim-finding.ts'

test('finds every error of a policy at its parameter', () => {
  const policy = {
    openid_relying_party: {
      grant_types: { subset_of: 'authorization_code' },
      contacts: { add: ['a'], one_of: ['b'] },
      client_name: { essential: true },
    },
  }
  expect(policyFindings(policy)).toEqual([
    {
      path: ['openid_relying_party', 'grant_types'],
      message: expect.stringMatching(/^subset_of must be an array/),
    },
    {
      path: ['openid_relying_party', 'contacts'],
      message: expect.stringContaining('add and one_of exclude'),
    },
  ])
})

test('finds a contradiction to the federation policy at its parameter', () => {
  const federation = { openid_provider: { issuer: { value: 'https://a.example' } } }
  const own = { openid_provider: { issuer: { value: 'https://b.example' } } }
  expect(policyFindings(own)).toEqual([])
  expect(policyFindings(own, federation).map(({ path }) => path)).toEqual([['openid_provider', 'issuer']])
})

test('finds an unknown operator in the policy that is edited, and not in the federation’s', () => {
  const policy = { openid_provider: { scope: { subsetof: ['openid'] } } }
  expect(policyFindings(policy)).toEqual([
    { path: ['openid_provider', 'scope'], message: expect.stringMatching(/^subsetof .*Use subset_of\.$/) },
  ])
  expect(policyFindings({}, policy)).toEqual([])
})

test('reports a value that is not a policy, and does not throw', () => {
  for (const value of [1, 'x', [], { openid_provider: 3 }, { openid_provider: { scope: null } }]) {
    expect(policyFindings(value)).not.toEqual([])
  }
})

test.each([
  [{ max_path_length: 'two' }, ['max_path_length']],
  [{ naming_constraints: { permitted: ['not a host'] } }, ['naming_constraints', 'permitted', 0]],
  [{ naming_constraints: { permitted: [] } }, ['naming_constraints', 'permitted']],
  [{ allowed_entity_types: ['federation_entity'] }, ['allowed_entity_types']],
])('refuses the constraints %j at %s', (constraints, path) => {
  expect(constraintsFindings(constraints)).toEqual([{ path, message: expect.any(String) }])
})

test('finds nothing in valid constraints', () => {
  expect(constraintsFindings({ max_path_length: 0, naming_constraints: { excluded: ['.example'] } })).toEqual(
    [],
  )
})

test('refuses a private key by its name', () => {
  const key = { kty: 'OKP', crv: 'Ed25519', kid: 'a', x: 'A'.repeat(43), d: 'secret' }
  const [finding] = jwksFindings({ keys: [key] })
  expect(finding).toEqual({ path: ['keys', 0], message: expect.stringContaining('private member "d"') })
})

test('refuses metadata without a value at its parameter', () => {
  expect(metadataFindings({ openid_provider: { issuer: null } })).toEqual([
    { path: ['openid_provider', 'issuer'], message: expect.stringContaining('must not be null') },
  ])
})

const type = 'https://ta.example/mark'
const key = { kty: 'OKP', crv: 'Ed25519', kid: 'a', x: 'A'.repeat(43) }
const owner = { sub: 'https://owner.example', jwks: { keys: [key] } }
const anchor = 'https://other.example'

test.each([
  ['constraints', constraintsFindings, [], []],
  ['keys', jwksFindings, 'x', []],
  ['metadata', metadataFindings, 1, []],
  ['pinned keys that are no set', pinnedKeysFindings, { [anchor]: 'x' }, [anchor]],
  ['all parameters of a type', parametersFindings('federation_entity'), [], []],
  ['a type called metadata', metadataFindings, { metadata: { metadata: null } }, ['metadata', 'metadata']],
  ['issuers', issuersFindings, { [type]: ['not a URL'] }, [type, 0]],
  ['owners', ownersFindings, { [type]: { ...owner, sub: 1 } }, [type, 'sub']],
  ['an owner', ownerFindings, { ...owner, jwks: { keys: [{ ...key, d: 'x' }] } }, ['jwks', 'keys', 0]],
  ['an owner without keys', ownerFindings, { sub: owner.sub }, ['jwks']],
  ['pinned keys', pinnedKeysFindings, { [anchor]: { keys: 1 } }, [anchor, 'keys']],
  ['the name of a pinned anchor', pinnedKeysFindings, { other: owner.jwks }, ['other']],
  ['parameters of a type', parametersFindings('federation_entity'), { contacts: null }, ['contacts']],
  ['claims of a statement', statementClaimsFindings, { policy_id: 1, metadata: {} }, ['metadata']],
  ['claims of a mark', markClaimsFindings, { jti: 'a' }, ['jti']],
])('%s: finds a fault at its place', (_what, check, value, path) => {
  expect(check(value)).toEqual([{ path, message: expect.any(String) }])
})

test.each([
  ['issuers', issuersFindings, { [type]: [] }],
  ['owners', ownersFindings, { [type]: owner }],
  ['an owner', ownerFindings, owner],
  ['pinned keys', pinnedKeysFindings, { [anchor]: owner.jwks }],
  ['parameters of a type', parametersFindings('federation_entity'), { contacts: ['a@b.example'] }],
  ['claims of a statement', statementClaimsFindings, { policy_id: 1 }],
  ['claims of a mark', markClaimsFindings, { level: 2 }],
])('%s: valid values have no findings', (_what, check, value) => {
  expect(check(value)).toEqual([])
})

test('assigns a finding to its place and its parents, not to a name with the same prefix', () => {
  const findings = [['a'], ['a', 'b'], ['ab'], []].map((path) => ({ path, message: '' }))
  expect(findingsAt(findings, ['a'])).toEqual([findings[0]])
  expect(findingsWithin(findings, ['a'])).toEqual([findings[0], findings[1]])
  expect(findingsWithin(findings, [])).toEqual(findings)
})
