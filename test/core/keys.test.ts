import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  computeKeyId,
  generateSigningKey,
  parseJwk,
  parseJwkSet,
  parsePrivateJwk,
  type SigningAlgorithm,
  selectUsableKeys,
  signingAlgorithms,
  toPublicJwk,
} from '#core/keys.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { keys } from './fixture/keys.ts'
import { keySet, refusal } from './fixture/statement.ts'

const publicKey = toPublicJwk(keys.leaf)
const modulus = (bytes: number, first = 0xff) =>
  Buffer.concat([Buffer.from([first]), Buffer.alloc(bytes - 1, 1)]).toString('base64url')
const mlDsaKey = { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: modulus(1312) }

describe('generateSigningKey', () => {
  it.each(signingAlgorithms)('generates a key for %s whose kid is its thumbprint (§3.1.1)', async (alg) => {
    const key = await generateSigningKey(alg)
    expect(key).toMatchObject({ alg, use: 'sig', kid: await calculateJwkThumbprint(key) })
    expect(parsePrivateJwk(key)).toBe(key)
    expect(parseJwk(toPublicJwk(key))).toEqual(toPublicJwk(key))
  })

  it('generates RSA keys of 3,072 bits', async () => {
    const { n = '' } = await generateSigningKey('PS256')
    expect(Buffer.from(n, 'base64url')).toHaveLength(3_072 / 8)
  })

  it('offers the algorithms of the federation', () => {
    expect(signingAlgorithms).toEqual([
      ...['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519', 'Ed448'],
      ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
    ])
  })

  it.each(['HS256', 'none', 'RS384', 'ES256K'])('generates no key for %s', async (alg) => {
    await expect(generateSigningKey(alg as SigningAlgorithm)).rejects.toThrow('cannot be generated')
  })

  it('has the same kid in the public and the private part', async () => {
    expect(await computeKeyId(publicKey)).toBe(await computeKeyId(keys.leaf))
  })
})

describe('publicJwk', () => {
  it('removes private members, and members that describe the private part', () => {
    const secret = { d: 'AA', p: 'AA', q: 'AA', dp: 'AA', dq: 'AA', qi: 'AA', oth: [], k: 'AA', priv: 'AA' }
    expect(toPublicJwk({ ...publicKey, ...secret, key_ops: ['sign'], ext: true })).toEqual(publicKey)
  })
})

describe('parseJwk', () => {
  eachRow([
    ['no object', 'a key'],
    proves(['no kid', { ...publicKey, kid: undefined }], '3.1.1/unique-kids'),
    proves(['an empty kid', { ...publicKey, kid: '' }], '3.1.1/unique-kids'),
    ['a kid that is no string', { ...publicKey, kid: 7 }],
    ['no kty', { ...publicKey, kty: undefined }],
    ['a kty of Object.prototype', { ...publicKey, kty: 'constructor' }],
    proves(['a symmetric key', { kty: 'oct', kid: 'a', k: 'AAAA' }], '3.1.1/public-keys', '18/alg'),
    ['a private key', keys.leaf],
    ['a private RSA member', { kty: 'RSA', kid: 'a', n: modulus(256), e: 'AQAB', q: 'AA' }],
    proves(['no coordinate', { ...publicKey, y: undefined }], '3.2/step-9'),
    ['a short coordinate', { ...publicKey, x: 'AAAA' }],
    ['a coordinate that is not base64url', { ...publicKey, x: '+'.repeat(43) }],
    ['a coordinate of a length that base64url does not have', { ...publicKey, x: 'A'.repeat(41) }],
    ['an RSA key of 1024 bits', { kty: 'RSA', kid: 'a', n: modulus(128), e: 'AQAB' }],
    ['an RSA key of 2047 bits', { kty: 'RSA', kid: 'a', n: modulus(256, 0x7f), e: 'AQAB' }],
    ['an RSA key padded with zeros', { kty: 'RSA', kid: 'a', n: modulus(256, 0), e: 'AQAB' }],
    proves(
      [
        'an RSA key of nothing',
        { kty: 'RSA', kid: 'a', n: Buffer.alloc(256).toString('base64url'), e: 'AQAB' },
      ],
      '3.2/step-9',
    ),
    ['an RSA key without exponent', { kty: 'RSA', kid: 'a', n: modulus(256) }],
    ['an RSA exponent that is not base64url', { kty: 'RSA', kid: 'a', n: modulus(256), e: '+' }],
    ['an alg that is no string', { ...publicKey, alg: 7 }],
    ['an ML-DSA key without its alg (RFC 9964 §3)', { kty: 'AKP', kid: 'a', pub: modulus(1312) }],
    ['an ML-DSA key without its public part', { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44' }],
    ['a short ML-DSA key', { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: modulus(1311) }],
    ['an ML-DSA key of another length', { kty: 'AKP', kid: 'a', alg: 'ML-DSA-87', pub: modulus(1952) }],
    [
      'an ML-DSA key that is not base64url',
      { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: '+'.repeat(1750) },
    ],
    ['a private ML-DSA key', { ...mlDsaKey, priv: 'AAAA' }],
    ['a short coordinate of secp256k1', { kty: 'EC', crv: 'secp256k1', kid: 'a', x: 'AAAA', y: 'AAAA' }],
  ])('refuses %s', (_what, value) => {
    expect(() => parseJwk(value)).toThrow(refusal('invalid_request'))
  })

  it('accepts an RSA key of 2048 bits', () => {
    expect(parseJwk({ kty: 'RSA', kid: 'a', n: modulus(256, 0x80), e: 'AQAB' }).kid).toBe('a')
  })

  it('accepts a public ML-DSA key', () => {
    expect(parseJwk(mlDsaKey)).toBe(mlDsaKey)
  })

  it('keeps an AKP key of another algorithm', () => {
    const key = { kty: 'AKP', kid: 'a', alg: 'SLH-DSA-SHA2-128s', pub: 'AAAA' }
    expect(parseJwk(key)).toBe(key)
  })

  it('keeps a key on an unused curve', () => {
    expect(parseJwk({ kty: 'OKP', crv: 'X448', kid: 'a', x: 'AAAA' }).crv).toBe('X448')
  })
})

describe('parseJwkSet', () => {
  it('accepts distinct keys', () => {
    expect(parseJwkSet(keySet('leaf', 'owner')).keys).toHaveLength(2)
  })

  eachRow([
    proves(['two keys with one kid (§3.1.1)', { keys: [publicKey, publicKey] }], '3.1.1/unique-kids'),
    ['an empty set', { keys: [] }],
    proves(['a set without keys', {}], '3.2/step-9'),
    ['an array', [publicKey]],
    proves(['a private key among them', { keys: [publicKey, keys.owner] }], '3.1.1/public-keys'),
  ])('refuses %s', (_what, value) => {
    expect(() => parseJwkSet(value)).toThrow(refusal('invalid_request'))
  })

  const foreign = { kty: 'LATER', kid: 'a', alg: 'later', pub: 'AAAA', ext: 1 }

  it('keeps a key of an unknown type among valid ones (RFC 7517 §5)', () => {
    expect(parseJwkSet({ keys: [foreign, publicKey] })).toEqual({ keys: [foreign, publicKey] })
  })

  it.each([
    ['alone', [foreign]],
    ['without kid', [publicKey, { ...foreign, kid: undefined }]],
    ['without kty', [publicKey, { ...foreign, kty: undefined }]],
    ['with a kid that another key has', [publicKey, { ...foreign, kid: publicKey.kid }]],
    ['with its private part', [publicKey, { ...foreign, priv: 'AAAA' }]],
    ['that is symmetric', [publicKey, { kty: 'oct', kid: 'a', k: 'AAAA' }]],
    ['with an alg that is no string', [publicKey, { ...foreign, alg: 7 }]],
  ])('refuses a key of an unknown type %s', (_what, listed) => {
    expect(() => parseJwkSet({ keys: listed })).toThrow(refusal('invalid_request'))
  })

  it('reports which key is wrong', () => {
    expect(() => parseJwkSet({ keys: [publicKey, {}] }, ['jwks'])).toThrow(
      refusal('invalid_request', { path: ['jwks', 'keys', 1, 'kid'] }),
    )
  })
})

describe('parsePrivateJwk', () => {
  it.each([
    ['a public key', publicKey, /is a public key/],
    ['a public ML-DSA key', mlDsaKey, /is a public key/],
    ['an ML-DSA key whose private part is d', { ...mlDsaKey, d: 'AAAA' }, /is a public key/],
    ['an AKP key of another algorithm', { ...mlDsaKey, alg: 'later', priv: 'AAAA' }, /cannot sign/],
    ['a key without a suitable algorithm', { ...keys.leaf, alg: 'RS256' }, /cannot sign/],
    ['a key agreement key', { ...keys.leaf, alg: 'ECDH-ES' }, /cannot sign/],
  ])('refuses %s', (_what, value, message) => {
    expect(() => parsePrivateJwk(value)).toThrow(message)
  })
})

const at = { now: 1_000, until: 2_000 }
const revoked = (revoked_at?: number) => ({ revoked: { ...(revoked_at ? { revoked_at } : {}) } })
it.each<[what: string, members: object, isListed: boolean]>([
  ['without times', {}, true],
  ['that ends later', { exp: 1_001 }, true],
  ['that has ended', { exp: 1_000 }, false],
  ['that will be revoked', revoked(1_001), true],
  ['that was revoked, and ends later', { ...revoked(1_000), exp: 3_000 }, false],
  ['that was revoked at an unknown time', revoked(), false],
  ['that begins while the JWT is valid', { nbf: 1_999 }, true],
  ['that begins after it', { nbf: 2_000 }, false],
])('selects the keys that a JWT may list: one %s', (_what, members, isListed) => {
  const key = { kid: 'a', kty: 'EC', ...members }
  expect(selectUsableKeys([key], at)).toEqual(isListed ? [key] : [])
})
