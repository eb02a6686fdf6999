/**
 * Creates signing keys in a key store or adopts them, and destroys one there that was created in vain. A store may be slow, so a key is
 * created before the transaction that puts it into use.
 */
import { type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import { canHave, hasAlways } from '#federation/key-store/signature.ts'
import { KeyStoreError, type StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import {
  InvalidInputError,
  KeyDirectoryReadOnlyError,
  UnavailableError,
} from '#server/error/operation-error.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import { announceKey, type KeyPlace } from '#store/key-directory-change.ts'
import { createKey } from '#store/new-key.ts'
import { toStoredKey } from '#store/stored-key.ts'

export type CreatedKey = {
  kid: string
  store: StoreName
  /** Makes it the announced key. */
  announce(): Promise<void>
  /** Has its store destroy it, unless it was announced. */
  discard(): Promise<void>
}

/** `existing`: the id of a key in the store. @throws InvalidInputError if the store cannot have such a key; KeyDirectoryReadOnlyError, UnavailableError */
export async function createSigningKey(
  place: KeyPlace & { stores: KeyStores },
  alg: SigningAlgorithm,
  store: StoreName,
  existing?: string | null,
): Promise<CreatedKey> {
  const { stores } = place
  const known = stores.available()
  if (!known.includes(store)) {
    throw new InvalidInputError(`The store ${store} is not configured. Use ${known.join(' or ')}.`, 'store')
  }
  const readOnly = await explainReadOnly(place)
  if (readOnly) throw new KeyDirectoryReadOnlyError(readOnly)
  const key = await createKey(place, alg, store, existing).catch((error: unknown) => {
    if (!(error instanceof KeyStoreError)) throw error
    if (error.kind === 'refused')
      throw new InvalidInputError(error.message, existing == null ? 'store' : 'existing')
    throw new UnavailableError(error.message)
  })
  const stored = toStoredKey(key)
  let isAnnounced = false
  return {
    kid: stored.publicJwk.kid,
    store,
    async announce() {
      await announceKey(place, key)
      isAnnounced = true
    },
    async discard() {
      if (isAnnounced || stored.store === 'files' || stored.isAdopted) return
      await stores.destroy(stored).catch(() => {}) // the failure that made it useless counts
    },
  }
}

/** A key stays in the store of its predecessor. Only an operator who names another store takes it out of there. */
export function successorStore(stores: KeyStores, present: StoreName | null | undefined): StoreName {
  return present == null || present === 'files' ? stores.preferred : present
}

/** @throws InvalidInputError if keys of the store cannot have the algorithm */
export function requireCreatable(store: StoreName, alg: SigningAlgorithm): void {
  if (canHave(store, alg)) return
  const message = `New keys are created in ${store}, which cannot sign with ${alg}. Choose another algorithm.`
  throw new InvalidInputError(message, 'alg')
}

/** The algorithm of a key that replaces another one: the same, if the store has it for certain, because an emergency must not fail. */
export function successorAlgorithm(
  store: StoreName,
  present: { alg: string; store: StoreName | null | undefined },
): SigningAlgorithm {
  const alg = signingAlgorithms.find((name) => name === present.alg)
  if (store !== 'files') return alg && (store === present.store || hasAlways(store, alg)) ? alg : 'ES256'
  return alg ?? 'RS256' // a supplied key may have an algorithm that we do not generate
}
