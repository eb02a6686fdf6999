/** The steps of §3.2 that need the request, a clock, or the issuer's keys. */
import { describe, expect, it } from 'vitest'
import {
  parseEntityStatement,
  validateEntityStatement,
  verifyEntityConfiguration,
  verifySubordinateStatement,
} from '#core/entity-statement/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from '../fixture/keys.ts'
import {
  configurationClaims,
  id,
  keySet,
  NOW,
  refusal,
  signConfiguration,
  signStatement,
  signSubordinate,
} from '../fixture/statement.ts'

describe('validateEntityStatement', () => {
  eachRow([
    proves(['step 7: issued within the skew', { iat: NOW + 60 }, undefined], '3.2/step-7'),
    proves(['step 7: issued after it', { iat: NOW + 61 }, 'iat'], '3.2/step-7'),
    proves(['step 8: expired within the skew', { exp: NOW - 59 }, undefined], '3.2/step-8'),
    proves(['step 8: expired before it', { exp: NOW - 60 }, 'exp'], '3.1.1/exp', '3.2/step-8'),
    ['an nbf within the skew', { nbf: NOW + 60 }, undefined],
    ['an nbf after it', { nbf: NOW + 61 }, 'nbf'],
    ['an nbf that is no number', { nbf: 'soon' }, 'nbf'],
    ['step 8: expires at the end of the calendar', { exp: 253_402_300_799 }, undefined],
  ])('%s', async (_what, claims, check) => {
    const statement = parseEntityStatement(await signConfiguration('leaf', claims))
    const validate = () => validateEntityStatement(statement, { now: NOW })
    if (check) expect(validate).toThrow(refusal('invalid_request', { check }))
    else expect(validate).not.toThrow()
  })

  it('uses the skew of its caller', async () => {
    const statement = parseEntityStatement(await signConfiguration('leaf', { exp: NOW }))
    expect(() => validateEntityStatement(statement, { now: NOW, skew: 0 })).toThrow(/expired at 2025-/)
    expect(() => validateEntityStatement(statement, { now: NOW, skew: 1 })).not.toThrow()
  })

  it('refuses another subject (step 4) and another issuer (step 6)', { tags: '3.2/step-4' }, async () => {
    const statement = parseEntityStatement(await signSubordinate('anchor', 'leaf'))
    const validate = (expected: object) => () => validateEntityStatement(statement, { now: NOW, ...expected })
    expect(validate({ subject: id('side') })).toThrow(refusal('invalid_request', { check: 'sub' }))
    expect(validate({ issuer: id('side') })).toThrow(refusal('invalid_request', { check: 'iss' }))
    expect(validate({ issuer: id('anchor'), subject: id('leaf') })).not.toThrow()
  })
})

describe('verifyEntityConfiguration', () => {
  const options = { entityId: id('leaf'), now: NOW }

  it('verifies with the keys in the statement', async () => {
    const { claims } = await verifyEntityConfiguration(await signConfiguration('leaf'), options)
    expect(claims).toEqual(configurationClaims('leaf'))
  })

  it('ignores a key of an unknown type (RFC 7517 §5)', async () => {
    const jwks = { keys: [{ kty: 'LATER', kid: 'a', pub: 'AAAA' }, ...keySet('leaf').keys] }
    const jwt = await signConfiguration('leaf', { jwks })
    expect((await verifyEntityConfiguration(jwt, options)).claims.jwks).toEqual(jwks)
  })

  it('verifies with the keys of its caller', async () => {
    const jwt = await signConfiguration('leaf')
    await expect(verifyEntityConfiguration(jwt, { ...options, keys: keySet('leaf') })).resolves.toBeDefined()
    await expect(verifyEntityConfiguration(jwt, { ...options, keys: keySet('owner') })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })

  eachRow([
    proves(
      [
        'step 11: a key that is not in its jwks',
        () => signConfiguration('leaf', { jwks: keySet('owner') }),
        'signature',
      ],
      '3.2/step-11',
    ),
    proves(
      [
        'step 12: the signature of another key',
        () => signStatement(configurationClaims('leaf'), { ...keys.owner, kid: keys.leaf.kid }),
        'signature',
      ],
      '3.2/step-12',
    ),
    proves(['step 4: another Entity', () => signConfiguration('owner'), 'sub'], '3.2/step-4'),
    proves(
      ['step 6: a Subordinate Statement', () => signSubordinate('anchor', 'leaf'), 'iss'],
      '3.2/step-6-kind',
    ),
    ['step 8: an expired one', () => signConfiguration('leaf', { exp: NOW - 100 }), 'exp'],
  ])('refuses %s', async (_what, sign, check) => {
    await expect(verifyEntityConfiguration(await sign(), options)).rejects.toThrow(
      refusal('invalid_request', { check }),
    )
  })

  it('accepts http identifiers only if they are allowed', async () => {
    const local = 'http://127.0.0.1:7001'
    const jwt = await signConfiguration('leaf', { iss: local, sub: local })
    const where = { entityId: local, now: NOW }
    await expect(verifyEntityConfiguration(jwt, { ...where, allowHttp: true })).resolves.toBeDefined()
    await expect(verifyEntityConfiguration(jwt, where)).rejects.toThrow(
      refusal('invalid_request', { path: ['iss'] }),
    )
  })
})

describe('verifySubordinateStatement', () => {
  const options = { issuer: id('anchor'), subject: id('leaf'), keys: keySet('anchor'), now: NOW }

  it('verifies with the keys of the issuer (steps 10-12)', { tags: '3.2/step-10' }, async () => {
    const { claims } = await verifySubordinateStatement(await signSubordinate('anchor', 'leaf'), options)
    expect(claims).toMatchObject({ iss: id('anchor'), sub: id('leaf') })
  })

  eachRow([
    proves(['the keys of its subject', { keys: keySet('leaf') }, 'signature'], '3.2/step-12'),
    ['another issuer', { issuer: id('side') }, 'iss'],
    proves(['another subject', { subject: id('side') }, 'sub'], '3.2/step-4'),
    ['another time', { now: NOW + 10 * 86_400 }, 'exp'],
  ])('refuses %s', async (_what, changed, check) => {
    const jwt = await signSubordinate('anchor', 'leaf')
    await expect(verifySubordinateStatement(jwt, { ...options, ...changed })).rejects.toThrow(
      refusal('invalid_request', { check }),
    )
  })
})
