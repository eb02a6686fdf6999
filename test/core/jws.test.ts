import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { compactVerify, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { createLocalSigner, decodeJwt, parseJwt, type Signer, signJwt, verifyJwt } from '#core/jws.ts'
import { generateSigningKey, type JwkSet, signingAlgorithms, toPublicJwk } from '#core/keys.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from './fixture/keys.ts'
import { keySet, rawJwt, refusal } from './fixture/statement.ts'

const typ = 'test+jwt'
const header = { typ, alg: 'ES256', kid: keys.leaf.kid }
const sign = (claims: object) => signJwt(claims, { key: keys.leaf, typ })

describe('a key that must not be used', () => {
  const now = 1_800_000_000
  const verifyWith = async (members: object, at: { now: number } | null = { now }) => {
    const key = { ...toPublicJwk(keys.leaf), ...members }
    return verifyJwt(await sign({}), { typ, keys: { keys: [key] }, at })
  }

  it.each([
    ['expired', { exp: now }, 'expired at 2027-01-15T08:00:00.000Z'],
    ['not used yet', { nbf: now + 1 }, 'is not used before 2027-01-15T08:00:01.000Z'],
    ['revoked', { revoked: { revoked_at: now - 1, reason: 'compromised' } }, 'was revoked'],
    ['revoked at no time', { revoked: {} }, 'was revoked'],
  ])('verifies nothing: %s', async (_what, members, sentence) => {
    await expect(verifyWith(members)).rejects.toThrow(sentence)
    await expect(verifyWith(members)).rejects.toThrow(refusal('invalid_request', { check: 'signature' }))
    await expect(verifyWith(members, null)).resolves.toMatchObject({ claims: {} })
  })

  it.each([[{ exp: now + 1 }], [{ nbf: now }], [{ revoked: { revoked_at: now + 1 } }]])(
    'verifies at the right time: %j',
    async (members) => {
      await expect(verifyWith(members)).resolves.toMatchObject({ claims: {} })
    },
  )
})

describe('signJwt', () => {
  // jose verifies ML-DSA with a part of Web Crypto that warns: test/core/compact-jws.test.ts
  const known = signingAlgorithms.filter((alg) => alg !== 'Ed448' && !alg.startsWith('ML-DSA'))
  it.each(known)(
    'creates a JWT that jose verifies with %s',
    { tags: ['7/kid', '8.3.2/typ', '8.4.2/typ', '8.7.2/typ'] },
    async (alg) => {
      const key = await generateSigningKey(alg)
      const jwt = await signJwt({ a: 1 }, { key, typ })
      const { payload, protectedHeader } = await compactVerify(jwt, await importJWK(toPublicJwk(key), alg))
      expect(protectedHeader).toEqual({ typ, alg, kid: key.kid })
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ a: 1 })
    },
  )

  it('creates a JWT with Ed448, unsupported by jose, that OpenSSL verifies', async () => {
    const key = await generateSigningKey('Ed448')
    const jwt = await signJwt({ a: 1 }, { key, typ })
    const [head, payload, signature = ''] = jwt.split('.')
    const jwk = createPublicKey({ key: toPublicJwk(key), format: 'jwk' })
    expect(verify(null, Buffer.from(`${head}.${payload}`), jwk, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
    expect(JSON.parse(String(Buffer.from(String(head), 'base64url')))).toEqual({
      typ,
      alg: 'Ed448',
      kid: key.kid,
    })
    const own = { keys: [toPublicJwk(key)] }
    expect((await verifyJwt(jwt, { typ, keys: own, at: null })).claims).toEqual({ a: 1 })
    const forged = `${head}.${payload}.${Buffer.alloc(114).toString('base64url')}`
    const another = toPublicJwk({ ...(await generateSigningKey('Ed448')), kid: key.kid })
    await expect(verifyJwt(forged, { typ, keys: own, at: null })).rejects.toThrow(refusal('invalid_request'))
    await expect(verifyJwt(jwt, { typ, keys: { keys: [another] }, at: null })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })

  it('adds header members, but does not replace typ, alg or kid', { tags: '3/kid' }, async () => {
    const extra = { trust_chain: ['a'], typ: 'other', alg: 'none', kid: 'other' }
    const jwt = await signJwt({}, { key: keys.leaf, typ, header: extra })
    expect(parseJwt(jwt, { typ }).header).toEqual({ ...header, trust_chain: ['a'] })
  })

  it('signs through any signer', async () => {
    const { sign: signHere, ...rest } = await createLocalSigner(keys.leaf)
    const signed: unknown[] = []
    const signer: Signer = {
      ...rest,
      sign: (payload, given) => {
        signed.push(given)
        return signHere(payload, given)
      },
    }
    await verifyJwt(await signJwt({}, { key: signer, typ }), { typ, keys: keySet('leaf'), at: null })
    expect(signed).toEqual([header])
    expect(signer.publicKey).toEqual(toPublicJwk(keys.leaf))
  })

  it('selects an algorithm for a key without alg', async () => {
    const { alg: _alg, ...key } = keys.leaf
    expect(parseJwt(await signJwt({}, { key, typ }), { typ }).header.alg).toBe('ES256')
  })

  it.each(['ES384', 'ES512'] as const)('selects the algorithm of its curve: %s', async (alg) => {
    const { alg: _alg, ...key } = await generateSigningKey(alg)
    expect(parseJwt(await signJwt({}, { key, typ }), { typ }).header.alg).toBe(alg)
  })

  it('refuses a key that cannot sign', async () => {
    await expect(createLocalSigner({ kid: 'a', kty: 'oct', k: 'AAAA' })).rejects.toThrow(
      refusal('invalid_request'),
    )
  })

  it('verifies its own signatures of any claims', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), async (claims) => {
        const { claims: read } = await verifyJwt(await sign(claims), { typ, keys: keySet('leaf'), at: null })
        expect(read).toEqual(JSON.parse(JSON.stringify(claims)))
      }),
      { numRuns: 30 },
    )
  })
})

describe('parseJwt', () => {
  eachRow([
    ['another typ', { ...header, typ: 'other+jwt' }, 'typ'],
    proves(['no typ', { ...header, typ: undefined }, 'typ'], '3.2/step-2', '7/typ'),
    proves(['a typ in capitals', { ...header, typ: 'TEST+JWT' }, 'typ'], '3.2/step-2'),
    proves(['no alg', { ...header, alg: undefined }, 'alg'], '3.2/step-3'),
    proves(['the alg none', { ...header, alg: 'none' }, 'alg'], '7.2.2/steps-1-3', '7.3/steps-1-3', '18/alg'),
    proves(['a symmetric alg', { ...header, alg: 'HS256' }, 'alg'], '3.2/step-3', '18/alg'),
    proves(['no kid', { ...header, kid: undefined }, 'kid'], '3.2/step-11', '7.2.1/typ'),
    proves(['an empty kid', { ...header, kid: '' }, 'kid'], '3.2/step-11'),
    proves(['a kid that is no string', { ...header, kid: 7 }, 'kid'], '3.2/step-11'),
    ['crit', { ...header, crit: ['exp'], exp: 1 }, 'crit'],
    ['an empty crit', { ...header, crit: [] }, 'crit'],
  ])('refuses %s', (_what, given, check) => {
    expect(() => parseJwt(rawJwt(given, {}), { typ })).toThrow(refusal('invalid_request', { check }))
  })

  eachRow([
    proves(['no string', 7], '1.1/compact'),
    proves(['two parts', 'e30.e30'], '1.1/compact', '3.2/step-1', '7.2.2/steps-1-3', '7.3/steps-1-3'),
    proves(['four parts', 'e30.e30.e30.e30'], '1.1/compact'),
    proves(['an empty signature', rawJwt(header, {}, '')], '3.2/step-1'),
    ['padding', rawJwt(header, {}, 'AA==')],
    ['the alphabet of base64', rawJwt(header, {}, '+/+/')],
    ['extra bits', rawJwt(header, {}, 'AB')],
    ['a payload that is no object', rawJwt(header, [1])],
    proves(['a payload that is no JSON', rawJwt(header, '{')], '3.2/step-1'),
    ['a payload with a byte order mark', rawJwt(header, '\ufeff{}')],
    proves(['a header that is no object', rawJwt('"a"', {})], '3.2/step-1'),
    ['a claim twice', rawJwt(header, '{"a":1,"a":2}')],
    ['a header parameter twice', rawJwt('{"typ":"test+jwt","typ":"test+jwt"}', {})],
    ['bytes that are no UTF-8', `${rawJwt(header, {}).split('.')[0]}._w.AAAA`],
    [
      'a text in a claim that is no UTF-8',
      `${rawJwt(header, {}).split('.')[0]}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}.AAAA`,
    ],
    ['more than 2 MiB', rawJwt(header, { a: 'x'.repeat(2 * 1024 * 1024) })],
  ])('refuses %s', (_what, value) => {
    expect(() => decodeJwt(value)).toThrow(refusal('invalid_request', { check: 'jwt' }))
  })

  it('uses the code of its caller', () => {
    expect(() => parseJwt('', { typ, code: 'invalid_trust_chain' })).toThrow(refusal('invalid_trust_chain'))
  })

  it('throws only FederationError', () => {
    const text = fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(header)))
    const value = fc.oneof(
      fc.anything(),
      fc.tuple(text, text, fc.base64String()).map(([a, b, c]) => rawJwt(a, b, c)),
    )
    fc.assert(
      fc.property(value, (jwt) => {
        try {
          parseJwt(jwt, { typ })
          return true
        } catch (error) {
          return error instanceof FederationError
        }
      }),
    )
  })
})

describe('verifyJwt', () => {
  it('returns header and claims', async () => {
    const jwt = await sign({ a: 1 })
    expect(await verifyJwt(jwt, { typ, keys: keySet('owner', 'leaf'), at: null })).toEqual({
      jwt,
      header,
      claims: { a: 1 },
    })
  })

  it('ignores key_ops of a published key', async () => {
    const set = { keys: [{ ...toPublicJwk(keys.leaf), key_ops: ['sign'], ext: false }] }
    await expect(verifyJwt(await sign({}), { typ, keys: set, at: null })).resolves.toMatchObject({ header })
  })

  const own = toPublicJwk(keys.leaf)
  const foreign = { ...toPublicJwk(keys.owner), kid: own.kid }
  const rsa = { kty: 'RSA', kid: own.kid, n: 'AQAB', e: 'AQAB' }
  eachRow([
    proves(['no key with the kid', keySet('owner')], '3.2/step-11'),
    ['the right key under another kid', { keys: [{ ...own, kid: 'other' }] }],
    ['another key under the kid', { keys: [foreign] }],
    ['a key for encryption', { keys: [{ ...own, use: 'enc' }] }],
    proves(['a key for another alg', { keys: [{ ...own, alg: 'ES384' }] }], '18/alg'),
    proves(['a key of another type', { keys: [rsa] }], '18/alg'),
    ['a key of an unknown type', { keys: [{ kty: 'LATER', kid: own.kid, alg: 'ES256' }] }],
    ['a key on another curve', { keys: [{ ...own, alg: undefined, crv: 'P-384' }] }],
    ['a key off its curve', { keys: [{ ...own, x: 'A'.repeat(43) }] }],
  ])('refuses %s', async (_what, set) => {
    const jwt = await sign({ a: 1 })
    await expect(verifyJwt(jwt, { typ, keys: set as never, at: null })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })

  it('refuses claims that were changed', { tags: '3.2/step-12' }, async () => {
    const [head, , signature] = (await sign({ a: 1 })).split('.')
    const changed = [head, rawJwt({}, { a: 2 }).split('.')[1], signature].join('.')
    await expect(verifyJwt(changed, { typ, keys: keySet('leaf'), at: null })).rejects.toThrow(
      /does not verify/,
    )
  })

  it('remembers a verification for these bytes and this key only', async () => {
    const jwt = await sign({ a: 1 })
    const [head, , signature] = jwt.split('.')
    const changed = [head, rawJwt({}, { a: 2 }).split('.')[1], signature].join('.')
    const foreignKeys = { keys: [foreign] }
    const verify = (text: string, set: JwkSet) =>
      verifyJwt(text, { typ, keys: set, at: null }).then(
        () => 'valid',
        ({ message }) => message,
      )
    const invalid = expect.stringContaining('does not verify')
    const attempts = [
      [jwt, keySet('leaf'), 'valid'],
      [changed, keySet('leaf'), invalid],
      [jwt, foreignKeys, invalid],
    ] as const
    for (const [text, set, expected] of [...attempts, ...attempts.toReversed()])
      expect(await verify(text, set)).toEqual(expected)
    expect(await Promise.all(attempts.map(([text, set]) => verify(text, set)))).toEqual(
      attempts.map(([, , expected]) => expected),
    )
  })
})
