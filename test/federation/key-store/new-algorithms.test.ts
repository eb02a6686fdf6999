/** Tests algorithms that PKCS#11 has had since 3.0 and 3.2: Ed25519 in SoftHSM, ML-DSA in a module that adds it. */
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { describe, expect, it } from 'vitest'
import { signJwt, verifyJwt } from '#core/jws.ts'
import { generateSigningKey, type SigningAlgorithm, toPublicJwk } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { toMu } from '#federation/key-store/signature.ts'
import { createKeyStores, type KeyStores } from '#federation/key-store/stores.ts'
import { startFrontedHsm } from '#test/helpers/fronted-hsm.ts'
import { inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'

/** Longer than AWS KMS takes, and than one block of any hash. */
const LONG = { text: 'x'.repeat(20_000) }

describe.skipIf(softHsmLacking !== null)(`a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  const hsm = inFileWithEnvironment(() => startFrontedHsm('ml-dsa-token.c'))
  const open = (module: string) =>
    createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: module, PKCS11_PIN: hsm.pin }))
  const stores = inFile(() => open(hsm.module))
  const plain = inFile(() => open(hsm.environment.BASE_MODULE))

  const kinds = [
    ['Ed25519', 'OKP'],
    ['ML-DSA-44', 'AKP'],
    ['ML-DSA-65', 'AKP'],
    ['ML-DSA-87', 'AKP'],
  ] as const

  it.each(kinds)('signs with %s, also what is long', async (alg, kty) => {
    const key = await stores.generate('pkcs11', alg)
    expect(key.publicJwk).toMatchObject({ kty, alg, use: 'sig' })
    for (const claims of [{}, LONG]) {
      const jwt = await signJwt(claims, { key: stores.open(key), typ: 'JWT' })
      const { claims: read } = await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
      expect(read).toEqual(claims)
    }
  })

  it.each(kinds)('adopts a key for %s, for that algorithm only', async (alg) => {
    const { id, publicJwk } = await stores.generate('pkcs11', alg)
    await expect(stores.adopt('pkcs11', alg, id)).resolves.toEqual({
      ...{ publicJwk, store: 'pkcs11', id, isAdopted: true },
    })
    const others: SigningAlgorithm[] = ['RS256', 'ES256', 'Ed25519', 'ML-DSA-44', 'ML-DSA-65']
    for (const other of others.filter((each) => each !== alg))
      await expect(stores.adopt('pkcs11', other, id)).rejects.toThrow(`is no key for ${other}.`)
  })

  it('destroys a key for ML-DSA', async () => {
    const key = await stores.generate('pkcs11', 'ML-DSA-44')
    await stores.destroy(key)
    await expect(signJwt({}, { key: stores.open(key), typ: 'JWT' })).rejects.toThrow('has no private key')
  })

  it('says that a token does not have ML-DSA', async () => {
    await expect(plain.generate('pkcs11', 'ML-DSA-65')).rejects.toThrow(
      'The token cannot sign with ML-DSA-65. Use another algorithm, or another store.',
    )
  })

  it.each(['RS256', 'PS256'] as const)(
    'creates keys of 3,072 bits for %s, or the longest of a token',
    async (alg) => {
      const bits = async (of: KeyStores) => {
        const { publicJwk } = await of.generate('pkcs11', alg)
        return 8 * Buffer.from(publicJwk.n ?? '', 'base64url').length
      }
      expect(await bits(plain)).toBe(3_072)
      expect(await bits(stores)).toBe(2_048)
    },
  )
})

/** AWS KMS signs µ. Another implementation signs it here, and OpenSSL verifies the whole input. */
it('computes what ML-DSA signs of an input', async () => {
  const key = await generateSigningKey('ML-DSA-65')
  const { secretKey } = ml_dsa65.keygen(Buffer.from(key.priv ?? '', 'base64url'))
  const payload = Buffer.from(JSON.stringify(LONG))
  const header = { typ: 'JWT', alg: 'ML-DSA-65', kid: key.kid }
  const input = [JSON.stringify(header), payload]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  const mu = toMu(Buffer.from(key.pub ?? '', 'base64url'), Buffer.from(input))
  const signature = Buffer.from(ml_dsa65.internal.sign(mu, secretKey, { externalMu: true }))
  const jwt = `${input}.${signature.toString('base64url')}`
  const { claims } = await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [toPublicJwk(key)] }, at: null })
  expect(claims).toEqual(LONG)
})
