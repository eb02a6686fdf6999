/** Tests keys in AWS KMS on the emulator moto, and what is sent where the emulator differs from KMS. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { signJwt, verifyJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { keySpec, requireAlgorithm, signingAlgorithm, toMessage } from '#federation/key-store/awskms.ts'
import { toMu } from '#federation/key-store/signature.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMoto, whyNoMoto } from '#test/helpers/moto.ts'
import { installOptional } from '#test/helpers/optional-package.ts'
import { freePort } from '#test/helpers/port.ts'
import { eventually } from '#test/helpers/product.ts'

describe.skipIf(whyNoMoto)(`keys in AWS KMS (${whyNoMoto ?? 'moto'})`, () => {
  const moto = inFile(startMoto)

  beforeAll(async () => {
    const environment = {
      NODE_PATH: await installOptional('@aws-sdk/client-kms'),
      AWS_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL_KMS: moto.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  })
  const stores = inFile(() => createKeyStores(readKeyStoreSettings({ KEY_STORE: 'awskms' })))
  afterAll(() => void vi.unstubAllEnvs())

  it.each(['RS256', 'ES256'] as const)('signs with %s', async (alg) => {
    expect(stores.available()).toContain('awskms')
    const key = await stores.generate('awskms', alg)
    expect(key.publicJwk.kid).toBe(await calculateJwkThumbprint(key.publicJwk))
    const jwt = await signJwt({ n: 1 }, { key: stores.open(key), typ: 'JWT' })
    await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
  })

  it('adopts a key that another program made, and shows what KMS says about it', async () => {
    const { id, publicJwk } = await stores.generate('awskms', 'ES256')
    const adopted = await stores.adopt('awskms', 'ES256', id)
    expect(adopted).toEqual({ publicJwk, store: 'awskms', id, isAdopted: true })
    stores.open(adopted)
    const attributes = { isExtractable: false, isSensitive: true, isMadeInStore: true }
    await eventually(async () => expect(await stores.describe(publicJwk.kid)).toEqual(attributes))
    await expect(stores.adopt('awskms', 'RS256', id)).rejects.toThrow(
      `The key ${id} of AWS KMS is no key for RS256.`,
    )
    const unknown = stores.adopt('awskms', 'ES256', '00000000-0000-0000-0000-000000000000')
    await expect(unknown).rejects.toThrow('AWS KMS cannot use the key. Check that it exists and is enabled')
  })

  /** KMS signs the digest that it gets. moto hashes it a second time, so its signature is one of the digest itself. */
  it('sends the digest of more than 4,096 bytes', async () => {
    const key = await stores.generate('awskms', 'ES256')
    const jwt = await signJwt({ n: 1 }, { key: stores.open(key), typ: 'JWT' })
    await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
    const long = await stores.open(key).sign(Buffer.from(JSON.stringify({ text: 'x'.repeat(5_000) })), {
      ...{ typ: 'JWT', alg: 'ES256', kid: key.publicJwk.kid },
    })
    const end = long.lastIndexOf('.')
    const digest = createHash('sha256').update(long.slice(0, end)).digest()
    const publicKey = createPublicKey({ key: key.publicJwk, format: 'jwk' })
    const signature = Buffer.from(long.slice(end + 1), 'base64url')
    const isOfDigest = verify('sha256', digest, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
    expect(isOfDigest).toBe(true)
  })

  /** KMS refuses signatures then. moto does not, so the state of the key is read. */
  it('has a destroyed key deleted', async () => {
    const key = await stores.generate('awskms', 'ES256')
    await stores.destroy(key)
    const response = await fetch(moto.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'TrentService.DescribeKey',
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-north-1/kms/aws4_request',
      },
      body: JSON.stringify({ KeyId: key.id }),
    })
    expect(await response.json()).toMatchObject({ KeyMetadata: { KeyState: 'PendingDeletion' } })
  })

  it('says that KMS cannot be reached', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${await freePort()}`)
    const away = createKeyStores(readKeyStoreSettings({}))
    onTestFinished(away.close)
    await expect(away.generate('awskms', 'ES256')).rejects.toMatchObject({
      message: expect.stringMatching(/^AWS KMS cannot be reached, or failed \(/),
      code: 'temporarily_unavailable',
    })
  })
})

/** moto salts PSS in its own way and has no ML-DSA, so what is sent is compared with the reference of KMS. */
it.each([
  ['RS256', 'RSA_3072', 'RSASSA_PKCS1_V1_5_SHA_256'],
  ['PS256', 'RSA_3072', 'RSASSA_PSS_SHA_256'],
  ['ES256', 'ECC_NIST_P256', 'ECDSA_SHA_256'],
  ['ES384', 'ECC_NIST_P384', 'ECDSA_SHA_384'],
  ['ES512', 'ECC_NIST_P521', 'ECDSA_SHA_512'],
  ['ML-DSA-44', 'ML_DSA_44', 'ML_DSA_SHAKE_256'],
  ['ML-DSA-65', 'ML_DSA_65', 'ML_DSA_SHAKE_256'],
  ['ML-DSA-87', 'ML_DSA_87', 'ML_DSA_SHAKE_256'],
])('asks KMS for %s by its names', (alg, spec, name) => {
  const kind = requireAlgorithm(alg)
  expect(keySpec(kind)).toBe(spec)
  expect(signingAlgorithm(kind)).toBe(name)
})

it('sends up to 4,096 bytes as they are, and the digest of more', () => {
  const kind = requireAlgorithm('ES384')
  const [short, long] = [Buffer.alloc(4_096, 1), Buffer.alloc(4_097, 1)]
  expect(toMessage(kind, short, {})).toEqual({ Message: short, MessageType: 'RAW' })
  const digest = createHash('sha384').update(long).digest()
  expect(toMessage(kind, long, {})).toEqual({ Message: digest, MessageType: 'DIGEST' })
})

it('sends 64 bytes for ML-DSA, which `new-algorithms` verifies', () => {
  const sent = toMessage(requireAlgorithm('ML-DSA-65'), Buffer.alloc(5_000, 1), { pub: 'AAAA' })
  expect(sent).toEqual({ Message: toMu(Buffer.alloc(3), Buffer.alloc(5_000, 1)), MessageType: 'EXTERNAL_MU' })
  expect(sent.Message).toHaveLength(64)
})

it('says why KMS cannot sign with Ed25519 and Ed448', () => {
  const refusal = (alg: string) => `AWS KMS cannot sign${alg} Use another algorithm.`
  expect(() => requireAlgorithm('Ed25519')).toThrow(refusal(' more than 4,096 bytes with Ed25519.'))
  expect(() => requireAlgorithm('Ed448')).toThrow(refusal(' with Ed448.'))
})
