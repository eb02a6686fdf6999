/** Creates the first signing key of a key directory, in a file or in a key store. */
import type { SigningAlgorithm } from '#core/keys.ts'
import type { StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { writeNewKey } from './key-directory.ts'
import { createKey } from './new-key.ts'
import { toStoredKey } from './stored-key.ts'

export type KeyRequest = {
  alg: SigningAlgorithm
  store: StoreName
  /** Whether to replace a key, which invalidates everything that it signed. */
  force?: boolean
}

/** `what`: the name for `privateFile`. */
export type GeneratedKey = { kid: string; what: string; privateFile: string; publicFile: string }

/** @throws KeyStoreError; KeyFileError when a signing key exists and `force` is not set */
export async function generateKey(
  stores: KeyStores,
  directory: string,
  { alg, store, force = false }: KeyRequest,
): Promise<GeneratedKey> {
  const key = toStoredKey(await createKey(stores, alg, store))
  try {
    const files = await writeNewKey(directory, key.store === 'files' ? key.privateJwk : key, { force })
    const what = key.store === 'files' ? 'private key' : `reference to the private key in ${store}`
    return { kid: key.publicJwk.kid, what, ...files }
  } catch (error) {
    if (key.store !== 'files') await stores.destroy(key).catch(() => {}) // the first error counts
    throw error
  }
}
