/** Creates a signing key in a key store: in the memory of this process for `files`, in the store itself otherwise. */
import { generateSigningKey, type Jwk, type SigningAlgorithm } from '#core/keys.ts'
import type { KeyReference, StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { noteCreation } from './created-keys.ts'

/** A private key, or a key that was created in a store. */
export type NewKey = Jwk | KeyReference

/** `directory`: where a key in a store is noted before it exists. @throws KeyStoreError */
export async function createKey(
  { stores, directory }: { stores: KeyStores; directory: string },
  alg: SigningAlgorithm,
  store: StoreName = stores.preferred,
): Promise<NewKey> {
  if (store === 'files') return generateSigningKey(alg)
  return stores.generate(store, alg, (id) => noteCreation(directory, store, id))
}
