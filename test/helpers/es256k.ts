/** Keys for ES256K, which this product verifies but does not generate. */
import { generateKeyPairSync } from 'node:crypto'
import { computeKeyId, type Jwk } from '#core/keys.ts'

export async function generateEs256kKey(): Promise<Jwk> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: await computeKeyId(jwk), alg: 'ES256K', use: 'sig' }
}
