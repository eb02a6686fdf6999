/** The algorithms of signing keys, with the advice for choosing one. */
import type { SigningAlgorithm } from '#lib/gql/graphql.ts'
import { olderReadings } from '#lib/older-reading.ts'

export const algorithms = [
  ['RS256', 'RS256: every member can verify it'],
  ['PS256', 'PS256: RSA with a newer padding'],
  ['ES256', 'ES256: short keys and signatures, widely supported'],
  ['ES384', 'ES384: like ES256 on a longer curve'],
  ['ES512', 'ES512: like ES256 on the longest curve'],
  ['ED25519', 'Ed25519: newer, not supported everywhere'],
  ['ED448', 'Ed448: like Ed25519 on a longer curve, rarely supported'],
  ['ML_DSA_44', 'ML-DSA-44: post-quantum, the shortest of its kind'],
  ['ML_DSA_65', 'ML-DSA-65: post-quantum, recommended of its kind'],
  ['ML_DSA_87', 'ML-DSA-87: post-quantum, the strongest of its kind'],
] as const satisfies readonly (readonly [SigningAlgorithm, string])[]

/** The name of an algorithm as keys have it, such as `Ed25519`; undefined for one without a row. */
export const findAlgorithm = (alg: string | undefined): SigningAlgorithm | undefined =>
  algorithms.find(([name]) => name === alg?.toUpperCase().replaceAll('-', '_'))?.[0]

/** As keys name it. */
export const nameOfAlgorithm = (algorithm: SigningAlgorithm): string =>
  algorithm.startsWith('ED') ? `Ed${algorithm.slice(2)}` : algorithm.replaceAll('_', '-')

/** Characters of a signature and of a public key in a JWS. Those of ES256 have 86. */
const lengths: Partial<Record<SigningAlgorithm, readonly [signature: string, key: string]>> = {
  ML_DSA_44: ['3,227', '1,750'],
  ML_DSA_65: ['4,412', '2,603'],
  ML_DSA_87: ['6,170', '3,456'],
}

/** What to know before such a key signs; undefined: nothing. */
export function costOf(algorithm: SigningAlgorithm | undefined): string | undefined {
  const length = algorithm && lengths[algorithm]
  if (!length) return undefined
  const [signature, key] = length
  return `Each signature has ${signature} characters and each published key ${key}; with ES256 they have 86. Signing takes about ten times as long. ${olderReadings.mlDsa}`
}
