/** Lists the signature algorithms (§3.2 step 3; RFC 7518, 8037, 8812, 9864, 9964). */

export type Algorithm = {
  alg: string
  /** Key type and curve. A key of another kind never verifies with the algorithm. */
  kty: 'RSA' | 'EC' | 'OKP' | 'AKP'
  crv?: string
  verify: true
  /** Whether keys are generated for it. An imported key may sign with any row. */
  sign: boolean
  /** Parameters of key generation. */
  generate: { modulusLength?: number }
}

/** The size of new RSA keys. An imported or adopted key may have others. */
export const RSA_BITS = 3072
export const MIN_RSA_BITS = 2048

const rsa = <A extends string, S extends boolean>(alg: A, sign: S) =>
  ({ alg, kty: 'RSA', verify: true, sign, generate: { modulusLength: RSA_BITS } }) as const

const ecdsa = <A extends string, S extends boolean>(alg: A, crv: string, sign: S) =>
  ({ alg, kty: 'EC', crv, verify: true, sign, generate: {} }) as const

const edwards = <A extends string, S extends boolean>(alg: A, crv: string, sign: S) =>
  ({ alg, kty: 'OKP', crv, verify: true, sign, generate: {} }) as const

/** Post-quantum signatures of FIPS 204. Their keys always have `alg` (RFC 9964 §3). */
const mlDsa = <A extends string>(alg: A) =>
  ({ alg, kty: 'AKP', verify: true, sign: true, generate: {} }) as const

/** A key without `alg` uses the first row that fits, so the most widely supported name comes first. */
export const algorithms = [
  rsa('RS256', true),
  rsa('RS384', false),
  rsa('RS512', false),
  rsa('PS256', true),
  rsa('PS384', false),
  rsa('PS512', false),
  ecdsa('ES256', 'P-256', true),
  ecdsa('ES384', 'P-384', true),
  ecdsa('ES512', 'P-521', true),
  ecdsa('ES256K', 'secp256k1', false),
  edwards('EdDSA', 'Ed25519', false),
  edwards('Ed25519', 'Ed25519', true),
  edwards('Ed448', 'Ed448', true),
  mlDsa('ML-DSA-44'),
  mlDsa('ML-DSA-65'),
  mlDsa('ML-DSA-87'),
] as const satisfies readonly Algorithm[]

/** Algorithms for generated keys. */
export type SigningAlgorithm = Extract<(typeof algorithms)[number], { sign: true }>['alg']

export const signingAlgorithms: readonly SigningAlgorithm[] = algorithms
  .filter((row) => row.sign)
  .map((row) => row.alg)

export function findAlgorithm(alg: unknown): Algorithm | undefined {
  return algorithms.find((row) => row.alg === alg)
}

/** Whether a key may sign with an algorithm. */
export const isAlgorithmOf = (key: AlgorithmKey, alg: string): boolean =>
  algorithms.some((row) => row.alg === alg && fits(row, key))

type AlgorithmKey = { kty?: string; crv?: string; alg?: string }

const fits = (row: Algorithm, key: AlgorithmKey): boolean =>
  row.kty === key.kty && (!row.crv || row.crv === key.crv) && (!key.alg || key.alg === row.alg)

/** Finds the algorithms of a key by its type, its curve and its `alg`, if any. */
export function findAlgorithms(key: AlgorithmKey): Algorithm[] {
  return algorithms.filter((row) => fits(row, key))
}
