/** Trust Marks, step by step (§7.1, §7.3). */
import { describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import {
  buildDelegation,
  buildTrustMark,
  parseTrustMark,
  TRUST_MARK_TYP,
  trustMarkProtectedClaims,
  verifyTrustMark,
} from '#core/trust-mark/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from '../fixture/keys.ts'
import { DAY, id, keySet, NOW, refusal } from '../fixture/statement.ts'

const TYPE = 'https://federation.example/mark'
const valid = { iss: id('anchor'), sub: id('leaf'), trust_mark_type: TYPE, iat: NOW - DAY }
const sign = (claims: object = {}, typ = TRUST_MARK_TYP) =>
  signJwt({ ...valid, ...claims }, { key: keys.anchor, typ })
const options = { subject: id('leaf'), issuerKeys: keySet('anchor'), now: NOW }

const owners = { [TYPE]: { sub: id('owner'), jwks: keySet('owner') } }
const delegate = (claims: object = {}) =>
  signJwt(
    {
      ...buildDelegation({ owner: id('owner'), issuer: id('anchor'), type: TYPE, iat: NOW - DAY }),
      ...claims,
    },
    { key: keys.owner, typ: 'trust-mark-delegation+jwt' },
  )

describe('buildTrustMark', () => {
  it('builds claims that can be parsed, in whole seconds', { tags: '7.1/required-claims' }, async () => {
    const claims = buildTrustMark({
      issuer: id('anchor'),
      subject: id('leaf'),
      type: TYPE,
      iat: NOW + 0.5,
      exp: NOW + 9.5,
      logoUri: 'https://a.example/logo.svg',
      ref: 'https://a.example/about',
      delegation: await delegate(),
      additionalClaims: { id_code: '7' },
    })
    expect(claims).toMatchObject({ iat: NOW, exp: NOW + 9, id_code: '7' })
    const jwt = await signJwt(claims, { key: keys.anchor, typ: TRUST_MARK_TYP })
    expect(parseTrustMark(jwt).claims).toEqual(claims)
  })

  it('has only the given claims', () => {
    const claims = buildTrustMark({ issuer: id('anchor'), subject: id('leaf'), type: TYPE, iat: NOW })
    expect(claims).toEqual({ ...valid, iat: NOW })
  })

  it('has each optional claim that was given', () => {
    const optional = { ref: 'https://a.example/ref', delegation: 'a.b.c' }
    const input = { issuer: id('anchor'), subject: id('leaf'), type: TYPE, iat: NOW, ...optional }
    const logoUri = 'https://a.example/logo.svg'
    expect(buildTrustMark({ ...input, logoUri })).toEqual({
      ...valid,
      iat: NOW,
      ...optional,
      logo_uri: logoUri,
    })
  })

  it('protects the defined claims, and crit, which would make the mark unacceptable (§13.4)', () => {
    const names = ['crit', 'delegation', 'exp', 'iat', 'iss', 'jti', 'sub', 'trust_mark_type']
    expect([...trustMarkProtectedClaims].sort()).toEqual(names)
  })

  it.each([...trustMarkProtectedClaims])('refuses the additional claim %s', (name) => {
    const input = { issuer: id('anchor'), subject: id('leaf'), type: TYPE, iat: NOW }
    expect(() => buildTrustMark({ ...input, additionalClaims: { [name]: 'mine' } })).toThrow(
      refusal('invalid_request', { path: ['additionalClaims', name] }),
    )
  })

  it.each(['logo_uri', 'ref'])('refuses a %s that is not a URL', { tags: '7.1/urls' }, (name) => {
    const input = { issuer: id('anchor'), subject: id('leaf'), type: TYPE, iat: NOW }
    expect(() => buildTrustMark({ ...input, additionalClaims: { [name]: 'logo' } })).toThrow(
      refusal('invalid_request', { path: [name] }),
    )
  })
})

describe('verifyTrustMark (§7.3)', () => {
  it('accepts a mark that never expires', { tags: '7.3/steps-5-6' }, async () => {
    const jwt = await sign()
    expect(await verifyTrustMark(jwt, options)).toMatchObject({ jwt, claims: valid })
  })

  eachRow([
    proves(['step 2: another typ', () => sign({}, 'JWT'), 'typ'], '7/typ', '7.3/steps-1-3'),
    proves(['§7.1: no iss', () => sign({ iss: undefined }), 'iss'], '7.1/required-claims'),
    proves(['§7.1: no sub', () => sign({ sub: undefined }), 'sub'], '7.1/required-claims'),
    proves(
      ['§7.1: no trust_mark_type', () => sign({ trust_mark_type: undefined }), 'trust_mark_type'],
      '7.1/required-claims',
    ),
    proves(['§7.1: no iat', () => sign({ iat: undefined }), 'iat'], '7.1/required-claims'),
    proves(['step 4: another subject', () => sign({ sub: id('side') }), 'sub'], '7.3/step-4'),
    proves(['step 5: one from the future', () => sign({ iat: NOW + 61 }), 'iat'], '7.3/steps-5-6'),
    ['one that is not valid yet', () => sign({ nbf: NOW + 61 }), 'nbf'],
    proves(['step 6: one that expired', () => sign({ exp: NOW - 60 }), 'exp'], '7.3/steps-5-6'),
    ['§13.4: critical claims', () => sign({ crit: ['x'], x: 1 }), 'crit'],
    proves(
      [
        'step 9: a delegation that cannot be verified',
        async () => sign({ delegation: await delegate() }),
        'delegation',
      ],
      '7.3/step-9',
    ),
  ])('refuses %s', async (_what, make, check) => {
    await expect(verifyTrustMark(await make(), options)).rejects.toThrow(
      refusal('invalid_request', { check }),
    )
  })

  eachRow([
    ['exp', 'soon'],
    proves(['logo_uri', 'logo'], '7.1/urls'),
    proves(['ref', 7], '7.1/urls'),
    proves(['delegation', {}], '7.2.2/steps-1-3'),
  ])('refuses a malformed %s', async (name, value) => {
    await expect(verifyTrustMark(await sign({ [name]: value }), options)).rejects.toThrow(
      refusal('invalid_request', { path: [name] }),
    )
  })

  it('refuses the signature of another key (step 7)', { tags: '7.3/step-7' }, async () => {
    await expect(verifyTrustMark(await sign(), { ...options, issuerKeys: keySet('side') })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })

  it('refuses an issuer that its caller does not expect', async () => {
    await expect(verifyTrustMark(await sign(), { ...options, issuer: id('side') })).rejects.toThrow(
      refusal('invalid_request', { check: 'iss' }),
    )
  })

  it('accepts http identifiers only if they are allowed', async () => {
    const jwt = await sign({ sub: 'http://127.0.0.1:1' })
    const { subject: _subject, ...anySubject } = options
    await expect(verifyTrustMark(jwt, { ...anySubject, allowHttp: true })).resolves.toBeDefined()
    await expect(verifyTrustMark(jwt, anySubject)).rejects.toThrow(
      refusal('invalid_request', { path: ['sub'] }),
    )
  })
})

describe('a type with an owner', () => {
  it('requires a delegation (step 8), even if the owner issues it', { tags: '7.3/step-8' }, async () => {
    const issuedByOwner = { [TYPE]: { sub: id('anchor'), jwks: keySet('anchor') } }
    for (const owned of [owners, issuedByOwner]) {
      await expect(verifyTrustMark(await sign(), { ...options, owners: owned })).rejects.toThrow(
        refusal('invalid_request', { check: 'delegation' }),
      )
    }
  })

  it('is accepted with a delegation', async () => {
    const jwt = await sign({ delegation: await delegate() })
    await expect(verifyTrustMark(jwt, { ...options, owners })).resolves.toMatchObject({ jwt })
  })

  it('is refused with an invalid delegation (step 9)', {
    tags: ['7.2.2/step-4', '7.3/step-9'],
  }, async () => {
    const jwt = await sign({ delegation: await delegate({ sub: id('side') }) })
    await expect(verifyTrustMark(jwt, { ...options, owners })).rejects.toThrow(
      refusal('invalid_request', { path: ['delegation'], check: 'sub' }),
    )
  })
})
