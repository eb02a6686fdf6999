/** Delegations, step by step (§7.2.2). */
import { describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP, verifyDelegation } from '#core/trust-mark/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from '../fixture/keys.ts'
import { DAY, id, keySet, NOW, refusal } from '../fixture/statement.ts'

const TYPE = 'https://federation.example/mark'
const input = { owner: id('owner'), issuer: id('anchor'), type: TYPE, iat: NOW - DAY }
const sign = (claims: object = {}, typ = TRUST_MARK_DELEGATION_TYP) =>
  signJwt({ ...buildDelegation(input), ...claims }, { key: keys.owner, typ })
const options = { owner: id('owner'), ownerKeys: keySet('owner'), issuer: id('anchor'), type: TYPE, now: NOW }

describe('buildDelegation', () => {
  it('has whole seconds and the given claims', { tags: '7.2.1/required-claims' }, () => {
    expect(buildDelegation({ ...input, iat: NOW + 0.5, exp: NOW + 9.5, ref: 'https://a.example' })).toEqual({
      iss: id('owner'),
      sub: id('anchor'),
      trust_mark_type: TYPE,
      iat: NOW,
      exp: NOW + 9,
      ref: 'https://a.example',
    })
  })

  it('refuses a ref that is not a URL', () => {
    expect(() => buildDelegation({ ...input, ref: 'about' })).toThrow(
      refusal('invalid_request', { path: ['ref'] }),
    )
  })
})

describe('verifyDelegation', () => {
  it('accepts one that never expires', { tags: '7.2.2/steps-6-7' }, async () => {
    const jwt = await sign()
    expect(await verifyDelegation(jwt, options)).toMatchObject({ jwt, claims: buildDelegation(input) })
  })

  eachRow([
    proves(['step 2: another typ', {}, 'trust-mark+jwt', { check: 'typ' }], '7.2.1/typ'),
    proves(['step 4: another issuer', { sub: id('side') }, undefined, { check: 'sub' }], '7.2.2/step-4'),
    proves(['step 5: another owner', { iss: id('side') }, undefined, { check: 'iss' }], '7.2.2/step-5'),
    proves(
      ['step 6: one from the future', { iat: NOW + 61 }, undefined, { check: 'iat' }],
      '7.2.2/steps-6-7',
    ),
    ['one that is not valid yet', { nbf: NOW + 61 }, undefined, { check: 'nbf' }],
    proves(['step 7: one that expired', { exp: NOW - 60 }, undefined, { check: 'exp' }], '7.2.2/steps-6-7'),
    proves(
      ['step 8: another type', { trust_mark_type: 'other' }, undefined, { check: 'trust_mark_type' }],
      '7.2.2/step-8',
    ),
    proves(
      ['§7.2.1: no iss', { iss: undefined }, undefined, { path: ['delegation', 'iss'] }],
      '7.2.1/required-claims',
    ),
    proves(
      ['§7.2.1: no sub', { sub: undefined }, undefined, { path: ['delegation', 'sub'] }],
      '7.2.1/required-claims',
    ),
    proves(
      [
        '§7.2.1: no type',
        { trust_mark_type: undefined },
        undefined,
        { path: ['delegation', 'trust_mark_type'] },
      ],
      '7.2.1/required-claims',
    ),
    proves(
      ['§7.2.1: no iat', { iat: undefined }, undefined, { path: ['delegation', 'iat'] }],
      '7.2.1/required-claims',
    ),
    ['§7.2.1: a malformed exp', { exp: 'soon' }, undefined, { path: ['delegation', 'exp'] }],
    ['§7.2.1: a malformed ref', { ref: 'about' }, undefined, { path: ['delegation', 'ref'] }],
  ])('refuses %s', async (_what, claims, typ, detail) => {
    await expect(verifyDelegation(await sign(claims, typ), options)).rejects.toThrow(
      refusal('invalid_request', detail),
    )
  })

  it('refuses the signature of another key (step 9)', { tags: '7.2.2/step-9' }, async () => {
    await expect(verifyDelegation(await sign(), { ...options, ownerKeys: keySet('side') })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })
})
