/** The steps of §3.2 that need no key and no clock. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
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
import { configuration, header, mark, subordinate } from './raw-statement.ts'

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

  eachRow([
    proves(
      ['step 2: another typ', rawJwt({ ...header, typ: 'JWT' }, configurationClaims('leaf'))],
      '3.2/step-2',
    ),
    proves(
      ['step 3: the alg none', rawJwt({ ...header, alg: 'none' }, configurationClaims('leaf'))],
      '3.2/step-3',
    ),
    proves(
      ['§4.3: a trust_chain header', rawJwt({ ...header, trust_chain: [] }, configurationClaims('leaf'))],
      '4.3/no-chain-headers',
    ),
    proves(
      [
        '§4.4: a peer_trust_chain header',
        rawJwt({ ...header, peer_trust_chain: [] }, configurationClaims('leaf')),
      ],
      '4.3/no-chain-headers',
    ),
  ])('refuses %s', (_what, jwt) => {
    expect(() => parseEntityStatement(jwt)).toThrow(refusal('invalid_request'))
  })

  eachRow([
    proves(['step 5: no iss', { iss: undefined }, 'iss'], '3.1.1/required-claims', '3.2/step-5'),
    proves(['step 5: an iss that is no identifier', { iss: 'anchor' }, 'iss'], '3.2/step-5'),
    proves(['§3.1.1: no sub', { sub: undefined }, 'sub'], '3.1.1/required-claims'),
    ['§3.1.1: a sub that is no identifier', { sub: 'https://leaf.example?x' }, 'sub'],
    proves(['step 7: no iat', { iat: undefined }, 'iat'], '3.1.1/required-claims'),
    proves(['step 7: an iat that is no number', { iat: '1' }, 'iat'], '3.2/step-7'),
    proves(['step 8: no exp', { exp: undefined }, 'exp'], '3.1.1/required-claims'),
    proves(['step 8: a negative exp', { exp: -1 }, 'exp'], '3.2/step-8'),
    ['step 8: an exp beyond the calendar', { exp: 253_402_300_800 }, 'exp'],
    proves(['step 9: no jwks', { jwks: undefined }, 'jwks'], '3.1.1/required-claims', '3.2/step-9'),
    proves(['step 9: a jwks that is no set', { jwks: [] }, 'jwks'], '3.2/step-9'),
    proves(['step 9: an empty jwks', { jwks: { keys: [] } }, 'jwks'], '3.2/step-9'),
    proves(['step 13: crit that is no array', { crit: 'x', x: 1 }, 'crit'], '3.2/step-13'),
    proves(['step 13: an empty crit', { crit: [] }, 'crit'], '3.1.1/crit-names', '3.2/step-13'),
    proves(
      ['step 13: crit with a name that Core defines', { crit: ['metadata'], metadata: {} }, 'crit'],
      '3.1.1/crit-names',
      '3.2/step-13',
    ),
    proves(
      ['step 13: crit with a name that is not there', { crit: ['x'] }, 'crit'],
      '3.1.1/crit-names',
      '3.2/step-13',
    ),
    proves(['step 13: crit with a name twice', { crit: ['x', 'x'], x: 1 }, 'crit'], '3.1.1/crit-names'),
    proves(
      ['step 13: crit with an unsupported name', { crit: ['y'], y: 1 }, 'crit'],
      '3.1.1/crit-understood',
      '3.2/step-13',
    ),
    proves(['step 26: aud', { aud: id('anchor') }, 'aud'], '3.2/step-26'),
    proves(['step 27: trust_anchor', { trust_anchor: id('anchor') }, 'trust_anchor'], '3.2/step-27'),
  ])('refuses in either statement %s', (_what, claims, path) => {
    const options = { understoodClaims: ['x', 'metadata'] }
    expect(() => parseEntityStatement(subordinate(claims), options)).toThrow(
      refusal('invalid_request', { path: [path] }),
    )
    if (path === 'iss' || path === 'sub') return
    expect(() => parseEntityStatement(configuration(claims), options)).toThrow(
      refusal('invalid_request', { path: [path] }),
    )
  })

  it('requires a finite number as time: 0 is valid, 1e400 is not', () => {
    const never = JSON.stringify(configurationClaims('leaf', { exp: 7 })).replace('"exp":7', '"exp":1e400')
    expect(() => parseEntityStatement(rawJwt(header, never))).toThrow(
      refusal('invalid_request', { path: ['exp'] }),
    )
    expect(parseEntityStatement(configuration({ iat: 0 })).claims.iat).toBe(0)
  })

  it('accepts crit with a claim that its caller supports (§13.4)', {
    tags: '3.1.1/crit-understood',
  }, () => {
    const jwt = configuration({ crit: ['x'], x: 1 })
    expect(parseEntityStatement(jwt, { understoodClaims: ['x'] }).claims.crit).toEqual(['x'])
  })

  it('throws only FederationError for any claims', () => {
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
