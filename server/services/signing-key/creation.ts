/** Creates signing keys in a key store, and destroys one there that was created in vain. */
import { type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import { findStoreAlgorithm } from '#federation/key-store/signature.ts'
import { KeyStoreError, type StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import {
  InvalidInputError,
  KeyDirectoryReadOnlyError,
  UnavailableError,
} from '#server/error/operation-error.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'
import { createKey, type NewKey } from '#store/new-key.ts'
import { toStoredKey } from '#store/stored-key.ts'

export type CreatedKey = { key: NewKey; kid: string; store: StoreName; discard(): Promise<void> }

/** @throws InvalidInputError if the store cannot have such a key; KeyDirectoryReadOnlyError, UnavailableError */
export async function createSigningKey(
  place: KeyPlace & { stores: KeyStores },
  alg: SigningAlgorithm,
  store: StoreName = place.stores.preferred,
): Promise<CreatedKey> {
  const { stores } = place
  const known = stores.available()
  if (!known.includes(store)) {
    throw new InvalidInputError(`The store ${store} is not configured. Use ${known.join(' or ')}.`, 'store')
  }
  const readOnly = await explainReadOnly(place)
  if (readOnly) throw new KeyDirectoryReadOnlyError(readOnly)
  const key = await createKey(place, alg, store).catch((error: unknown) => {
    if (!(error instanceof KeyStoreError)) throw error
    if (error.kind === 'refused') throw new InvalidInputError(error.message, 'store')
    throw new UnavailableError(error.message)
  })
  const stored = toStoredKey(key)
  return {
    key,
    kid: stored.publicJwk.kid,
    store,
    /** The failure that made it useless counts. */
    discard: async () => void (stored.store !== 'files' && (await stores.destroy(stored).catch(() => {}))),
  }
}

/** @throws InvalidInputError if keys that are created without a choice of the store cannot have the algorithm */
export function requireCreatable(stores: KeyStores, alg: SigningAlgorithm): void {
  const { preferred } = stores
  if (preferred === 'files' || findStoreAlgorithm(alg)) return
  const message = `New keys are created in ${preferred}, which cannot sign with ${alg}. Choose RS256, PS256, ES256, ES384 or ES512.`
  throw new InvalidInputError(message, 'alg')
}

/** The algorithm of a key that replaces another one: the same, if new keys can have it. */
export function successorAlgorithm(stores: KeyStores, present: string): SigningAlgorithm {
  const alg = signingAlgorithms.find((name) => name === present)
  if (stores.preferred !== 'files') return alg && findStoreAlgorithm(alg) ? alg : 'ES256'
  return alg ?? 'RS256' // a supplied key may have an algorithm that we do not generate
}
