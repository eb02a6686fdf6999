/** Every step of §3.2 that needs neither key nor clock. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError, type FederationErrorCode } from '#core/errors.ts'
import { keys } from '../fixture/keys.ts'
import {
  configurationClaims,
  id,
  keySet,
  rawJwt,
  refusal,
  signConfiguration,
  signSubordinate,
  subordinateClaims,
} from '../fixture/statement.ts'

const mark = (type: unknown) => rawJwt({ typ: 'anything', alg: 'unknown' }, { trust_mark_type: type })

const header = { typ: 'entity-statement+jwt', alg: 'ES256', kid: 'a' }
const configuration = (claims: object) => rawJwt(header, configurationClaims('leaf', { ...claims }))
const subordinate = (claims: object) => rawJwt(header, subordinateClaims('anchor', 'leaf', { ...claims }))

const fullConfiguration = {
  metadata: { openid_relying_party: {}, federation_entity: { organization_name: 'Leaf' } },
  authority_hints: [id('upper')],
  trust_anchor_hints: [id('anchor')],
  trust_marks: [{ trust_mark_type: 'https://mark.example', trust_mark: mark('https://mark.example') }],
  trust_mark_issuers: { 'https://mark.example': [id('owner')], 'https://open.example': [] },
  trust_mark_owners: { 'https://mark.example': { sub: id('owner'), jwks: keySet('owner'), note: 'kept' } },
  anything_else: true,
}
const fullStatement = {
  metadata: { openid_relying_party: {} },
  metadata_policy: { openid_relying_party: { contacts: { add: ['a'] } } },
  constraints: { max_path_length: 0 },
  source_endpoint: 'https://anchor.example/fetch?x=1',
}

describe('parseEntityStatement', () => {
  it('reads an Entity Configuration with every claim it may have', async () => {
    const jwt = await signConfiguration('leaf', fullConfiguration)
    const statement = parseEntityStatement(jwt)
    expect(statement).toMatchObject({ jwt, header: { kid: keys.leaf.kid } })
    expect(statement.claims).toEqual(configurationClaims('leaf', fullConfiguration))
  })

  it('reads a Subordinate Statement with every claim it may have', async () => {
    const { claims } = parseEntityStatement(await signSubordinate('anchor', 'leaf', fullStatement))
    expect(claims).toEqual(subordinateClaims('anchor', 'leaf', fullStatement))
  })

  it.each([
    ['step 2: another typ', rawJwt({ ...header, typ: 'JWT' }, configurationClaims('leaf'))],
    ['step 3: the alg none', rawJwt({ ...header, alg: 'none' }, configurationClaims('leaf'))],
    ['§4.3: a trust_chain header', rawJwt({ ...header, trust_chain: [] }, configurationClaims('leaf'))],
    [
      '§4.4: a peer_trust_chain header',
      rawJwt({ ...header, peer_trust_chain: [] }, configurationClaims('leaf')),
    ],
  ])('refuses %s', (_what, jwt) => {
    expect(() => parseEntityStatement(jwt)).toThrow(refusal('invalid_request'))
  })

  it.each([
    ['step 5: no iss', { iss: undefined }, 'iss'],
    ['step 5: an iss that is no identifier', { iss: 'anchor' }, 'iss'],
    ['§3.1.1: no sub', { sub: undefined }, 'sub'],
    ['§3.1.1: a sub that is no identifier', { sub: 'https://leaf.example?x' }, 'sub'],
    ['step 7: no iat', { iat: undefined }, 'iat'],
    ['step 7: an iat that is no number', { iat: '1' }, 'iat'],
    ['step 8: no exp', { exp: undefined }, 'exp'],
    ['step 8: an exp before time began', { exp: -1 }, 'exp'],
    ['step 9: no jwks', { jwks: undefined }, 'jwks'],
    ['step 9: a jwks that is no set', { jwks: [] }, 'jwks'],
    ['step 9: an empty jwks', { jwks: { keys: [] } }, 'jwks'],
    ['step 13: crit that is no array', { crit: 'x', x: 1 }, 'crit'],
    ['step 13: an empty crit', { crit: [] }, 'crit'],
    ['step 13: crit with a name that Core defines', { crit: ['metadata'], metadata: {} }, 'crit'],
    ['step 13: crit with a name that is not there', { crit: ['x'] }, 'crit'],
    ['step 13: crit with a name twice', { crit: ['x', 'x'], x: 1 }, 'crit'],
    ['step 13: crit with a name that is not understood', { crit: ['y'], y: 1 }, 'crit'],
    ['step 26: aud', { aud: id('anchor') }, 'aud'],
    ['step 27: trust_anchor', { trust_anchor: id('anchor') }, 'trust_anchor'],
  ])('refuses in either statement %s', (_what, claims, path) => {
    const options = { understoodClaims: ['x', 'metadata'] }
    expect(() => parseEntityStatement(subordinate(claims), options)).toThrow(
      refusal('invalid_request', { path }),
    )
    if (path === 'iss' || path === 'sub') return
    expect(() => parseEntityStatement(configuration(claims), options)).toThrow(
      refusal('invalid_request', { path }),
    )
  })

  it('takes a time for a finite number: 0 is one, 1e400 is none', () => {
    const never = JSON.stringify(configurationClaims('leaf', { exp: 7 })).replace('"exp":7', '"exp":1e400')
    expect(() => parseEntityStatement(rawJwt(header, never))).toThrow(
      refusal('invalid_request', { path: 'exp' }),
    )
    expect(parseEntityStatement(configuration({ iat: 0 })).claims.iat).toBe(0)
  })

  it('accepts crit that names a claim its caller understands (§13.4)', () => {
    const jwt = configuration({ crit: ['x'], x: 1 })
    expect(parseEntityStatement(jwt, { understoodClaims: ['x'] }).claims.crit).toEqual(['x'])
  })

  it.each([
    ['step 14: empty authority_hints', { authority_hints: [] }],
    ['step 14: authority_hints that is no array', { authority_hints: id('anchor') }],
    ['step 14: a hint that is no identifier', { authority_hints: ['anchor'] }],
    ['step 15: empty trust_anchor_hints', { trust_anchor_hints: [] }],
    ['step 15: a Trust Anchor hint that is no identifier', { trust_anchor_hints: ['anchor'] }],
    ['step 17: metadata_policy', { metadata_policy: {} }],
    ['step 18: metadata_policy_crit', { metadata_policy_crit: ['x'] }],
    ['step 19: constraints', { constraints: {} }],
    ['step 20: trust_marks that is no array', { trust_marks: {} }],
    ['step 20: a mark without type', { trust_marks: [{ trust_mark: mark('a') }] }],
    ['step 20: a mark without JWT', { trust_marks: [{ trust_mark_type: 'a' }] }],
    ['step 20: a mark that is no JWT', { trust_marks: [{ trust_mark_type: 'a', trust_mark: 'a' }] }],
    ['step 20: a mark of another type', { trust_marks: [{ trust_mark_type: 'a', trust_mark: mark('b') }] }],
    ['step 21: trust_mark_issuers that is no object', { trust_mark_issuers: [] }],
    ['step 21: issuers that are no array', { trust_mark_issuers: { a: id('owner') } }],
    ['step 21: an issuer that is no identifier', { trust_mark_issuers: { a: ['owner'] } }],
    ['step 22: trust_mark_owners that is no object', { trust_mark_owners: [] }],
    ['step 22: an owner without sub', { trust_mark_owners: { a: { jwks: keySet('owner') } } }],
    ['step 22: an owner without jwks', { trust_mark_owners: { a: { sub: id('owner') } } }],
    ['step 23: source_endpoint', { source_endpoint: 'https://anchor.example/fetch' }],
  ])('refuses in an Entity Configuration %s', (_what, claims) => {
    expect(() => parseEntityStatement(configuration(claims))).toThrow(refusal('invalid_request'))
  })

  it.each<[string, object, FederationErrorCode]>([
    ['step 14: authority_hints', { authority_hints: [id('anchor')] }, 'invalid_request'],
    ['step 15: trust_anchor_hints', { trust_anchor_hints: [id('anchor')] }, 'invalid_request'],
    ['step 16: metadata that is no object', { metadata: [] }, 'invalid_metadata'],
    ['step 16: null as a metadata value', { metadata: { a: { b: null } } }, 'invalid_metadata'],
    ['step 17: a malformed metadata_policy', { metadata_policy: { a: { b: 1 } } }, 'invalid_metadata'],
    ['step 18: an empty metadata_policy_crit', { metadata_policy_crit: [] }, 'invalid_metadata'],
    ['step 18: a standard operator', { metadata_policy_crit: ['add'] }, 'invalid_metadata'],
    ['step 18: an operator that is not supported', { metadata_policy_crit: ['x'] }, 'invalid_metadata'],
    ['step 19: malformed constraints', { constraints: { max_path_length: -1 } }, 'invalid_request'],
    ['step 20: trust_marks', { trust_marks: [] }, 'invalid_request'],
    ['step 21: trust_mark_issuers', { trust_mark_issuers: {} }, 'invalid_request'],
    ['step 22: trust_mark_owners', { trust_mark_owners: {} }, 'invalid_request'],
    ['step 23: a source_endpoint that is no URL', { source_endpoint: 'fetch' }, 'invalid_request'],
  ])('refuses in a Subordinate Statement %s', (_what, claims, code) => {
    expect(() => parseEntityStatement(subordinate(claims))).toThrow(refusal(code))
  })

  it('throws nothing but FederationError, whatever the claims', () => {
    const names = [
      ...Object.keys(fullConfiguration),
      ...Object.keys(fullStatement),
      'iss',
      'jwks',
      'crit',
      '__proto__',
    ]
    const claims = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(
      fc.property(claims, fc.constantFrom(configuration, subordinate), (given, statement) => {
        try {
          parseEntityStatement(statement(given))
          return true
        } catch (error) {
          return error instanceof FederationError
        }
      }),
    )
  })
})
