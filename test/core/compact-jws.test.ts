/** Tests the algorithms that jose lacks: with examples of their RFCs, and against OpenSSL. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createLocalSigner, signJwt, verifyJwt, verifySignature } from '#core/jws.ts'
import { computeKeyId, generateSigningKey, type Jwk, parsePrivateJwk, toPublicJwk } from '#core/keys.ts'
import { jws, kids } from './fixture/rfc9964.ts'
import { refusal } from './fixture/statement.ts'

const typ = 'test+jwt'
const base64url = (text: string) => Buffer.from(text).toString('base64url')

describe('ML-DSA', () => {
  const algorithms = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const

  /** The private part of the examples; OpenSSL completes it. */
  const exampleKey = (alg: string): Jwk => {
    const seed = { kty: 'AKP', alg, priv: Buffer.alloc(32).toString('base64url'), pub: '' }
    const jwk = createPrivateKey({ key: seed, format: 'jwk' }).export({ format: 'jwk' })
    return { ...jwk, kid: 'example' }
  }

  it.each(algorithms)('%s has the kid that RFC 9964 gives', async (alg) => {
    const key = exampleKey(alg)
    expect(parsePrivateJwk(key)).toBe(key)
    expect(await computeKeyId(key)).toBe(kids[alg])
  })

  it('verifies the example of RFC 9964', async () => {
    const alg = 'ML-DSA-44'
    const [header = '', payload = '', signature = ''] = jws.split('.')
    const keys = { keys: [{ ...toPublicJwk(exampleKey(alg)), kid: kids[alg] }] }
    const parsed = { jwt: jws, header: JSON.parse(String(Buffer.from(header, 'base64url'))) }
    expect(parsed.header).toEqual({ alg, kid: kids[alg] })
    await expect(verifySignature(parsed, keys, null)).resolves.toBeUndefined()
    const changed = [header, payload, `${signature.startsWith('k') ? 'l' : 'k'}${signature.slice(1)}`].join(
      '.',
    )
    await expect(verifySignature({ ...parsed, jwt: changed }, keys, null)).rejects.toThrow(/does not verify/)
  })

  it.each(algorithms)('%s signs what it verifies, and nothing else', async (alg) => {
    const [key, other] = [await generateSigningKey(alg), await generateSigningKey(alg)]
    const jwt = await signJwt({ a: 1 }, { key, typ })
    const { header, claims } = await verifyJwt(jwt, { typ, keys: { keys: [toPublicJwk(key)] }, at: null })
    expect([header, claims]).toEqual([{ typ, alg, kid: key.kid }, { a: 1 }])
    const foreign = { keys: [{ ...toPublicJwk(other), kid: key.kid }] }
    await expect(verifyJwt(jwt, { typ, keys: foreign, at: null })).rejects.toThrow(
      refusal('invalid_request', { check: 'signature' }),
    )
  })

  it('keeps an algorithm to keys of its own parameters', async () => {
    const key = await generateSigningKey('ML-DSA-65')
    const jwt = await signJwt({}, { key, typ })
    const keys = { keys: [{ ...toPublicJwk(key), alg: 'ML-DSA-44' }] }
    await expect(verifyJwt(jwt, { typ, keys, at: null })).rejects.toThrow(/does not fit its key/)
  })

  it('reveals no private part', async () => {
    const { publicKey } = await createLocalSigner(await generateSigningKey('ML-DSA-44'))
    expect(Object.keys(publicKey).sort()).toEqual(['alg', 'kid', 'kty', 'pub', 'use'])
  })
})

it('ES256 verifies nothing with a key whose numbers are no point, or have another length', async () => {
  const key = await generateSigningKey('ES256')
  const jwt = await signJwt({}, { key, typ })
  const { x = '', y = '', ...others } = toPublicJwk(key)
  await expect(
    verifyJwt(jwt, { typ, keys: { keys: [{ ...others, x, y }] }, at: null }),
  ).resolves.toBeDefined()
  const short = Buffer.from(x, 'base64url').subarray(1).toString('base64url')
  const long = Buffer.concat([Buffer.of(0), Buffer.from(y, 'base64url')]).toString('base64url')
  for (const numbers of [
    { x: y, y: x },
    { x: short, y },
    { x: short, y: long },
    { x, y: long },
  ]) {
    const keys = { keys: [{ ...others, ...numbers }] }
    await expect(verifyJwt(jwt, { typ, keys, at: null })).rejects.toThrow(/does not verify/)
  }
})

it('ES256 signs with numbers of any length', async () => {
  const key = await generateSigningKey('ES256')
  const [signer, keys] = [await createLocalSigner(key), { keys: [toPublicJwk(key)] }]
  const signed = Array.from({ length: 2_000 }, (_, n) => signJwt({ n }, { key: signer, typ }))
  const jwts = await Promise.all(signed)
  const numbers = jwts.map((jwt) => Buffer.from(jwt.split('.')[2] ?? '', 'base64url'))
  expect(new Set(numbers.map(({ length }) => length))).toEqual(new Set([64]))
  expect(numbers.some((bytes) => bytes[0] === 0 || bytes[32] === 0)).toBe(true) // shorter in DER; one in 128
  expect(numbers.some((bytes) => (bytes[0] ?? 0) > 127)).toBe(true) // longer in DER
  await Promise.all(jwts.map((jwt) => verifyJwt(jwt, { typ, keys, at: null })))
})

describe('ES256K', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const jwk: Jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'ES256K' }
  const keys = { keys: [jwk] }
  const input = `${base64url(JSON.stringify({ typ, alg: 'ES256K', kid: 'a' }))}.${base64url('{"a":1}')}`
  const jwtOf = (dsaEncoding: 'ieee-p1363' | 'der') =>
    `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding }).toString('base64url')}`

  it('verifies a signature of OpenSSL (RFC 8812)', async () => {
    const { claims } = await verifyJwt(jwtOf('ieee-p1363'), { typ, keys, at: null })
    expect(claims).toEqual({ a: 1 })
  })

  it('refuses a signature in DER, and one of another key', async () => {
    await expect(verifyJwt(jwtOf('der'), { typ, keys, at: null })).rejects.toThrow(/does not verify/)
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' })
    const foreign = { keys: [{ ...jwk, ...other }] }
    await expect(verifyJwt(jwtOf('ieee-p1363'), { typ, keys: foreign, at: null })).rejects.toThrow(
      /does not verify/,
    )
  })

  it('signs with a key that was imported', async () => {
    const own = parsePrivateJwk({ ...jwk, ...privateKey.export({ format: 'jwk' }) })
    const jwt = await signJwt({ b: 2 }, { key: own, typ })
    expect((await verifyJwt(jwt, { typ, keys, at: null })).claims).toEqual({ b: 2 })
    expect(createPublicKey({ key: toPublicJwk(own), format: 'jwk' }).asymmetricKeyType).toBe('ec')
  })
})
