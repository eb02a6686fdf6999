/** Keeps keys in AWS KMS. Region, credentials and endpoint are those that the SDK finds, as AWS_REGION. */
import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { RSA_BITS } from '#core/algorithm.ts'
import { computeKeyId } from '#core/keys.ts'
import { loadPackage } from './package.ts'
import { derToJws, findStoreAlgorithm, hash, type StoreAlgorithm, toMu } from './signature.ts'
import { type FailureKind, type KeyReference, type KeyStore, KeyStoreError } from './store.ts'

/** The part of the SDK that we use. The package is optional, so are its types. */
type Command = object
type Client = { send(command: Command, options: { abortSignal: AbortSignal }): Promise<Answer> }
type Answer = {
  KeyMetadata?: { KeyId?: string; Origin?: string }
  PublicKey?: Uint8Array
  SigningAlgorithms?: readonly string[]
  Signature?: Uint8Array
}
type Sdk = { KMSClient: new (options: object) => Client } & Readonly<
  Record<
    | 'CreateKeyCommand'
    | 'GetPublicKeyCommand'
    | 'DescribeKeyCommand'
    | 'SignCommand'
    | 'ScheduleKeyDeletionCommand',
    new (
      input: object,
    ) => Command
  >
>

/** KMS takes longer messages as their digest only. */
const MAX_RAW_BYTES = 4_096
/** The shortest time after which KMS deletes a key. Until then it cannot sign. */
const DELETION_DAYS = 7

const curves = { 'P-256': 'ECC_NIST_P256', 'P-384': 'ECC_NIST_P384', 'P-521': 'ECC_NIST_P521' } as const
const families = { RSA: 'RSASSA_PKCS1_V1_5', PSS: 'RSASSA_PSS', EC: 'ECDSA' } as const

/** Without Ed25519: it reads all of an input, KMS takes at most `MAX_RAW_BYTES`, and statements are longer. */
type KmsAlgorithm = Exclude<StoreAlgorithm, { family: 'OKP' }>

export function keySpec(kind: KmsAlgorithm): string {
  if (kind.family === 'AKP') return kind.alg.replaceAll('-', '_')
  return kind.family === 'EC' ? curves[kind.crv] : `RSA_${RSA_BITS}`
}

export function signingAlgorithm(kind: KmsAlgorithm): string {
  if (kind.family === 'AKP') return 'ML_DSA_SHAKE_256'
  return `${families[kind.family]}_${kind.digest.replace('sha', 'SHA_')}`
}

/** What KMS signs: the input itself, its digest if it is too long, or what ML-DSA makes of it. */
export function toMessage(kind: KmsAlgorithm, input: Uint8Array, { pub }: JWK) {
  if (kind.family === 'AKP')
    return { Message: toMu(Buffer.from(pub ?? '', 'base64url'), input), MessageType: 'EXTERNAL_MU' } as const
  if (input.length <= MAX_RAW_BYTES) return { Message: input, MessageType: 'RAW' } as const
  return { Message: hash(kind.digest, input), MessageType: 'DIGEST' } as const
}

export function createAwsKmsStore(): KeyStore {
  let opened: { sdk: Sdk; client: Client } | undefined
  let underWay = new AbortController()

  function open() {
    try {
      const sdk = loadPackage('@aws-sdk/client-kms') as Sdk // see above
      // `bound` retries, and knows how often.
      opened ??= { sdk, client: new sdk.KMSClient({ maxAttempts: 1 }) }
      return opened
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new KeyStoreError('lasting', message, { cause })
    }
  }

  async function send(command: (sdk: Sdk) => Command): Promise<Answer> {
    const { sdk, client } = open()
    const { signal } = underWay
    return client.send(command(sdk), { abortSignal: signal }).catch((error: unknown) => {
      throw signal.reason instanceof KeyStoreError ? signal.reason : explain(error)
    })
  }

  /** `wanted`: what the key must be able to do. */
  async function read(id: string, alg: string, wanted?: string): Promise<KeyReference> {
    const answer = await send((sdk) => new sdk.GetPublicKeyCommand({ KeyId: id }))
    const { PublicKey, SigningAlgorithms = [] } = answer
    if (!PublicKey) throw new KeyStoreError('passing', 'AWS KMS returned no public key.')
    if (wanted && !SigningAlgorithms.includes(wanted))
      throw new KeyStoreError('refused', `The key ${id} of AWS KMS is no key for ${alg}.`)
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
    const jwk = key.export({ format: 'jwk' })
    return { publicJwk: { ...jwk, kid: await computeKeyId(jwk), alg, use: 'sig' }, store: 'awskms', id }
  }

  function abandon(reason?: KeyStoreError): void {
    underWay.abort(reason)
    underWay = new AbortController()
  }

  return {
    async generate(alg) {
      const kind = requireAlgorithm(alg)
      const made = { KeySpec: keySpec(kind), KeyUsage: 'SIGN_VERIFY', Description: `Inmor, ${alg}` }
      const { KeyMetadata } = await send((sdk) => new sdk.CreateKeyCommand(made))
      const id = KeyMetadata?.KeyId
      if (!id) throw new KeyStoreError('passing', 'AWS KMS returned no key.')
      return read(id, alg)
    },
    async adopt(id, alg) {
      const wanted = signingAlgorithm(requireAlgorithm(alg))
      return { ...(await read(id, alg, wanted)), isAdopted: true }
    },
    async sign({ id, publicJwk }, alg, input) {
      const kind = requireAlgorithm(alg)
      const message = toMessage(kind, input, publicJwk)
      const request = { KeyId: id, ...message, SigningAlgorithm: signingAlgorithm(kind) }
      const { Signature } = await send((sdk) => new sdk.SignCommand(request))
      if (!Signature) throw new KeyStoreError('passing', 'AWS KMS returned no signature.')
      return kind.family === 'EC' ? derToJws(Signature, kind.crv) : Signature
    },
    async describe({ id }) {
      const { KeyMetadata } = await send((sdk) => new sdk.DescribeKeyCommand({ KeyId: id }))
      const origin = KeyMetadata?.Origin
      // No key pair that signs leaves KMS.
      return { isExtractable: false, isSensitive: true, isMadeInStore: origin ? origin !== 'EXTERNAL' : null }
    },
    async destroy({ id }) {
      const request = { KeyId: id, PendingWindowInDays: DELETION_DAYS }
      await send((sdk) => new sdk.ScheduleKeyDeletionCommand(request)).catch((error: unknown) => {
        if (!(error instanceof KeyStoreError && error.kind === 'refused')) throw error // it is gone, or will be
      })
    },
    reset(reason) {
      abandon(reason)
      return true
    },
    close: () => abandon(),
  }
}

/** @throws KeyStoreError */
export function requireAlgorithm(alg: string): KmsAlgorithm {
  const found = findStoreAlgorithm(alg)
  if (found && found.family !== 'OKP') return found
  const reason = found ? ' more than 4,096 bytes' : ''
  throw new KeyStoreError('refused', `AWS KMS cannot sign${reason} with ${alg}. Use another algorithm.`)
}

const kinds: readonly [RegExp, FailureKind, string][] = [
  [
    /^(NotFound|KMSInvalidState|Disabled)/,
    'refused',
    'cannot use the key. Check that it exists and is enabled',
  ],
  [/^(Unsupported|Validation|InvalidKeyUsage)/, 'refused', 'refuses the request. Use another algorithm'],
  [
    /^(AccessDenied|UnrecognizedClient|InvalidSignature|InvalidClientToken|ExpiredToken|CredentialsProvider)/,
    'lasting',
    'refuses the credentials. Check them, and the policy of the key',
  ],
]

/** Messages of the SDK may name accounts, so only the name of the error is repeated. */
function explain(error: unknown): KeyStoreError {
  const name = error instanceof Error ? error.name : String(error)
  const [, kind = 'passing', sentence = 'cannot be reached, or failed'] =
    kinds.find(([pattern]) => pattern.test(name)) ?? []
  return new KeyStoreError(kind, `AWS KMS ${sentence} (${name}).`, { cause: error })
}
