/** Creates a signing key in a key store: in the memory of this process for `files`, in the store itself otherwise. */
import { generateSigningKey, type Jwk, type SigningAlgorithm } from '#core/keys.ts'
import type { KeyReference, StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'

/** A private key, or a key that was created in a store. */
export type NewKey = Jwk | KeyReference

/** @throws KeyStoreError */
export async function createKey(
  stores: KeyStores,
  alg: SigningAlgorithm,
  store: StoreName = stores.preferred,
): Promise<NewKey> {
  return store === 'files' ? generateSigningKey(alg) : stores.generate(store, alg)
}
