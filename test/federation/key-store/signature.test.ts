/** Tests the conversion of ECDSA signatures from DER, against those of OpenSSL and against hostile bytes. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { canHave, derToJws, findStoreAlgorithm, hasAlways } from '#federation/key-store/signature.ts'

it.each([
  ['P-256', 'sha256', 500],
  ['P-384', 'sha384', 50],
  ['P-521', 'sha512', 50],
] as const)('converts signatures of %s', (crv, digest, times) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: crv })
  // Numbers with leading zeros, and such with a sign byte, appear among so many.
  for (let count = 0; count < times; count++) {
    const input = Buffer.from(String(count))
    const jws = derToJws(sign(digest, input, privateKey), crv)
    expect(verify(digest, input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jws)).toBe(true)
  }
})

it.each([
  ['nothing', ''],
  ['a sequence without content', '3000'],
  ['a length beyond the end', '30440220'],
  ['no sequence', '0400'],
  ['numbers that are too long', `30460221${'11'.repeat(33)}0221${'11'.repeat(33)}`],
])('refuses %s', (_name, hex) => {
  expect(() => derToJws(Buffer.from(hex, 'hex'), 'P-256')).toThrow(RangeError)
})

it.each(['EdDSA', 'Ed448', 'ES256K', 'ML-DSA-66', 'RS1', ''])(
  'knows no algorithm %j of key stores',
  (alg) => {
    expect(findStoreAlgorithm(alg)).toBeUndefined()
  },
)

it.each([
  ['pkcs11', 'ES256', true, true],
  ['pkcs11', 'Ed25519', true, false],
  ['pkcs11', 'ML-DSA-65', true, false],
  ['pkcs11', 'Ed448', false, false],
  ['awskms', 'ML-DSA-65', true, true],
  ['awskms', 'Ed25519', false, false],
  ['files', 'Ed448', true, true],
] as const)('says whether a key in %s can have %s, and always has it', (store, alg, can, always) => {
  expect(canHave(store, alg)).toBe(can)
  expect(hasAlways(store, alg)).toBe(always)
})
