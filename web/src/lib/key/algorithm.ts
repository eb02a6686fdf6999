/** The algorithms of signing keys, with the advice for choosing one. */
import type { SigningAlgorithm } from '#lib/gql/graphql.ts'

export const algorithms = [
  ['RS256', 'RS256: every member can verify it'],
  ['PS256', 'PS256: RSA with a newer padding'],
  ['ES256', 'ES256: short keys and signatures, widely supported'],
  ['ES384', 'ES384: like ES256 on a longer curve'],
  ['ES512', 'ES512: like ES256 on the longest curve'],
  ['ED25519', 'Ed25519: newer, not supported everywhere'],
  ['ED448', 'Ed448: like Ed25519 on a longer curve, rarely supported'],
] as const satisfies readonly (readonly [SigningAlgorithm, string])[]
