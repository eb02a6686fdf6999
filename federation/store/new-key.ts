/**
 * Creates a signing key in a key store: in the memory of this process for `files`, in the store itself otherwise. Or adopts one
 * that is in the store.
 */
import { join } from 'node:path'
import { generateSigningKey, type Jwk, type SigningAlgorithm } from '#core/keys.ts'
import {
  type ExternalStoreName,
  type KeyReference,
  KeyStoreError,
  type StoreName,
} from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { removeKeyFile, writeKeyFile } from './key-file.ts'

/** A private key, or a key that was created in a store. */
export type NewKey = Jwk | KeyReference

/**
 * `directory`: where a key in a store is noted before it exists. `existing`: the id of a key that is in the store already.
 * @throws KeyStoreError
 */
export async function createKey(
  { stores, directory }: { stores: KeyStores; directory: string },
  alg: SigningAlgorithm,
  store: StoreName = stores.preferred,
  existing?: string | null,
): Promise<NewKey> {
  if (store === 'files') {
    if (existing != null)
      throw new KeyStoreError(
        'refused',
        'Only a key in a token or in AWS KMS can be adopted. Name its store.',
      )
    return generateSigningKey(alg)
  }
  if (existing != null) return stores.adopt(store, alg, existing)
  return stores.generate(store, alg, (id) => noteCreation(directory, store, id))
}

/** `id`: of the key in the store. @throws KeyFileError */
async function noteCreation(directory: string, store: ExternalStoreName, id: string): Promise<void> {
  await writeKeyFile(noteOf(directory, id), { store: { name: store, id } }, 0o600)
}

/** The key is in a key file. @throws KeyFileError */
export const endCreation = (directory: string, id: string): Promise<void> =>
  removeKeyFile(noteOf(directory, id))

const noteOf = (directory: string, id: string) =>
  join(directory, `${keyDirectoryFiles.created}${encodeURIComponent(id)}.json`)
