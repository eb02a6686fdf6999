/** Defines a key store: where private keys live that no file holds, such as a hardware security module. */
import { FederationError } from '#core/errors.ts'
import type { Jwk } from '#core/keys.ts'

/** The stores by their name in `KEY_STORE`; `files` keeps private keys in the key directory. */
export const storeNames = ['files', 'pkcs11', 'awskms'] as const
export type StoreName = (typeof storeNames)[number]
/** For sentences: where a private key is. */
export const storePlaces: Readonly<Record<StoreName, string>> = {
  files: 'a file of the key directory',
  pkcs11: 'the PKCS#11 token',
  awskms: 'AWS KMS',
}
export type ExternalStoreName = Exclude<StoreName, 'files'>

/** A public key, and where its private part is. `isAdopted`: another program made it, and nothing here destroys it. */
export type KeyReference = { publicJwk: Jwk; store: ExternalStoreName; id: string; isAdopted?: true }

/** What a store says about a private key; null: it says nothing about that. */
export type KeyAttributes = {
  /** Whether it can leave the store. */
  isExtractable: boolean | null
  /** Whether its value is hidden, also from who may use it. */
  isSensitive: boolean | null
  /** Whether it was created in the store, rather than imported. */
  isMadeInStore: boolean | null
}

export type KeyPlaceInStore = Pick<KeyReference, 'store' | 'id'>
export type NoteId = (id: string) => Promise<void>

/** Every function fails with a KeyStoreError. */
export type KeyStore = {
  /** Creates a key that cannot be exported. `note` gets its id before it exists, unless the store chooses the id. */
  generate(alg: string, note?: NoteId): Promise<KeyReference>
  /** Finds a key that another program made there. `id`: as the store names it. */
  adopt(id: string, alg: string): Promise<KeyReference>
  /** Returns the signature of `input` in the form of a JWS (RFC 7518 §3). */
  sign(key: KeyReference, alg: string, input: Uint8Array): Promise<Uint8Array>
  describe(key: KeyPlaceInStore): Promise<KeyAttributes>
  /** Destroys the private part. A key that no longer exists is no error. */
  destroy(key: KeyPlaceInStore): Promise<void>
  /** Abandons what hangs: its calls fail with `reason`, and the next one connects again. Returns false while it starts. */
  reset(reason: KeyStoreError): boolean
  /** Ends the connection. */
  close(): void
}

/**
 * - `refused`: the store works, and refuses this request: an algorithm that it does not have, or a missing key.
 * - `passing`: a repeated request may succeed at once.
 * - `lasting`: only an operator can repair it, such as a wrong PIN.
 */
export type FailureKind = 'refused' | 'passing' | 'lasting'

/** A failure of a key store as a sentence without secrets; `temporarily_unavailable` (503) for clients. */
export class KeyStoreError extends FederationError {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super('temporarily_unavailable', message, { retryable: true }, options)
    this.kind = kind
  }
}

export function toKeyStoreError(error: unknown): KeyStoreError {
  if (error instanceof KeyStoreError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new KeyStoreError('passing', `The key store failed: ${reason}`, { cause: error })
}
