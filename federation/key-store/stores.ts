/** The key stores of a process: creates keys in them, and signers for the keys of key files. */
import { setTimeout } from 'node:timers/promises'
import { base64url } from 'jose'
import { findAlgorithms } from '#core/algorithm.ts'
import { type Signer, signJwt, verifyJwt } from '#core/jws.ts'
import type { SigningAlgorithm } from '#core/keys.ts'
import { createAwsKmsStore } from './awskms.ts'
import { bound } from './bounded.ts'
import { findPackage } from './package.ts'
import { createPkcs11Store } from './pkcs11.ts'
import { findStoreAlgorithm } from './signature.ts'
import {
  type ExternalStoreName,
  type KeyAttributes,
  type KeyPlaceInStore,
  type KeyReference,
  type KeyStore,
  KeyStoreError,
  type NoteId,
  type StoreName,
} from './store.ts'

export type KeyStoreSettings = {
  keyStore: StoreName
  keyStoreConcurrency: number
  /** Seconds. */
  keyStoreTimeout: number
  pkcs11Module: string | undefined
  pkcs11Slot: string | undefined
  pkcs11Pin: string | undefined
  pkcs11PinFile: string | undefined
}

export type KeyStores = {
  /** Where new keys are created, unless a caller names another store. */
  preferred: StoreName
  /** The stores in which this process can create keys. */
  available(): StoreName[]
  /** @throws KeyStoreError */
  generate(name: ExternalStoreName, alg: SigningAlgorithm, note?: NoteId): Promise<KeyReference>
  /** A key that another program made there, once it has signed. @throws KeyStoreError */
  adopt(name: ExternalStoreName, alg: SigningAlgorithm, id: string): Promise<KeyReference>
  /** A signer for a key; the same one until its key changes. @throws KeyStoreError if its store is not configured */
  open(key: KeyReference): Signer
  /** What its store says about a key that was opened; null for a key in a file, and while the store is away. */
  describe(kid: string): Promise<KeyAttributes | null>
  /** @throws KeyStoreError */
  destroy(key: KeyPlaceInStore): Promise<void>
  /** Why the last signature with a key failed; null if it succeeded, and for keys in files. */
  fault(kid: string): string | null
  /** Signs something with a key whose last signature failed, to see whether its store is back. */
  probe(kid: string): Promise<void>
  /** Ends the connections. A later call opens them again. */
  close(): void
}

type Opened = KeyPlaceInStore & {
  text: string
  signer: Signer
  fault: string | null
  attributes?: Promise<KeyAttributes | null>
}

/** Milliseconds that a reader waits for what a store says about a key. */
const DESCRIPTION_MS = 1_000

const NO_MODULE =
  'The key is in a PKCS#11 token, but PKCS11_MODULE is not set. Set it to the module of the token.'

/** `waitMs`: how long a signature waits for its turn; as long as it may take by default. */
export function createKeyStores(settings: KeyStoreSettings, { waitMs }: { waitMs?: number } = {}): KeyStores {
  const { keyStore, keyStoreConcurrency: concurrency, keyStoreTimeout } = settings
  const { pkcs11Module: module, pkcs11Slot: slot = null, pkcs11Pin: pin, pkcs11PinFile: pinFile } = settings
  const stores = new Map<ExternalStoreName, KeyStore>()
  const opened = new Map<string, Opened>()

  function create(name: ExternalStoreName): KeyStore {
    if (name === 'awskms') return createAwsKmsStore()
    if (!module) throw new KeyStoreError('lasting', NO_MODULE)
    return createPkcs11Store({ module, slot, pin, pinFile, concurrency })
  }

  /** Connects with the first call of the store. */
  function get(name: ExternalStoreName): KeyStore {
    const known = stores.get(name)
    if (known) return known
    const bounded = bound(create(name), { concurrency, timeoutMs: keyStoreTimeout * 1_000, waitMs })
    stores.set(name, bounded)
    return bounded
  }

  return {
    preferred: keyStore,
    available() {
      const isHere = {
        files: true,
        pkcs11: module !== undefined,
        awskms: findPackage('@aws-sdk/client-kms') !== null,
      }
      return (['files', 'pkcs11', 'awskms'] as const).filter((name) => isHere[name])
    },
    async generate(name, alg, note) {
      requireAlgorithm(alg)
      return get(name).generate(alg, note)
    },
    async adopt(name, alg, id) {
      requireAlgorithm(alg)
      const key = await get(name).adopt(id, alg)
      const signer = createStoreSigner(key, get(name), () => {})
      await signJwt({}, { key: signer, typ: 'JWT' })
      return key
    },
    open(key) {
      const text = JSON.stringify(key)
      const known = opened.get(key.publicJwk.kid)
      if (known?.text === text) return known.signer
      const signer = createStoreSigner(key, get(key.store), note)
      const { store, id } = key
      const entry: Opened = { store, id, text, fault: null, signer }
      function note(fault: string | null): void {
        entry.fault = fault
      }
      opened.set(key.publicJwk.kid, entry)
      return entry.signer
    },
    describe(kid) {
      const entry = opened.get(kid)
      if (!entry) return Promise.resolve(null)
      entry.attributes ??= get(entry.store)
        .describe(entry)
        .catch(() => {
          delete entry.attributes // it is asked again
          return null
        })
      return Promise.race([entry.attributes, setTimeout(DESCRIPTION_MS, null, { ref: false })])
    },
    async destroy(key) {
      await get(key.store).destroy(key)
      for (const [kid, { id }] of opened) if (id === key.id) opened.delete(kid)
    },
    fault: (kid) => opened.get(kid)?.fault ?? null,
    async probe(kid) {
      const entry = opened.get(kid)
      if (entry?.fault) await signJwt({}, { key: entry.signer, typ: 'JWT' }).catch(() => {}) // it is noted
    },
    close() {
      for (const store of stores.values()) store.close()
    },
  }
}

/** @throws KeyStoreError */
function requireAlgorithm(alg: SigningAlgorithm): void {
  if (findStoreAlgorithm(alg)) return
  const message = `A key store cannot sign with ${alg}. Use another algorithm, or a key in a file.`
  throw new KeyStoreError('refused', message)
}

/** The first signature is verified, because nothing else shows that the two parts of the key belong together. */
function createStoreSigner(key: KeyReference, store: KeyStore, note: (fault: string | null) => void): Signer {
  const { publicJwk } = key
  const alg = findAlgorithms(publicJwk)[0]?.alg ?? ''
  let isVerified = false

  async function sign(payload: Uint8Array, header: Record<string, unknown>): Promise<string> {
    const input = `${base64url.encode(JSON.stringify({ ...header, alg }))}.${base64url.encode(payload)}`
    const jwt = `${input}.${base64url.encode(await store.sign(key, alg, Buffer.from(input)))}`
    if (!isVerified) await verify(jwt, String(header.typ))
    isVerified = true
    return jwt
  }

  async function verify(jwt: string, typ: string): Promise<void> {
    await verifyJwt(jwt, { typ, keys: { keys: [publicJwk] }, at: null }).catch((cause: unknown) => {
      const message = `The signature of the key store does not verify with the public key ${publicJwk.kid} of the key file. Check the id in the key file.`
      throw new KeyStoreError('lasting', message, { cause })
    })
  }

  return {
    kid: publicJwk.kid,
    alg,
    publicKey: publicJwk,
    async sign(payload, header) {
      try {
        const jwt = await sign(payload, header)
        note(null)
        return jwt
      } catch (error) {
        note(error instanceof Error ? error.message : String(error))
        throw error
      }
    },
  }
}

const defaults: KeyStoreSettings = {
  ...{ keyStore: 'files', keyStoreConcurrency: 1, keyStoreTimeout: 1 },
  ...{ pkcs11Module: undefined, pkcs11Slot: undefined, pkcs11Pin: undefined, pkcs11PinFile: undefined },
}

/** For directories whose private keys are in files. */
export const filesOnly: KeyStores = createKeyStores(defaults)
