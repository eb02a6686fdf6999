/** Creates or adopts the first key of a key directory for statements or for answers, in a file or in a key store. */
import { join } from 'node:path'
import type { SigningAlgorithm } from '#core/keys.ts'
import type { StoreName } from '#federation/key-store/store.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { type KeyPurpose, writeNewKey } from './key-directory-write.ts'
import { makeDirectory, readKeyFile } from './key-file.ts'
import { createKey, endCreation } from './new-key.ts'
import { noteReplaced } from './replaced-keys.ts'
import { parseStoredKey, toStoredKey } from './stored-key.ts'

export type KeyRequest = {
  alg: SigningAlgorithm
  store: StoreName
  /** The id of a key that is in the store already. */
  existing?: string | undefined
  /** Statements by default. */
  purpose?: KeyPurpose
  /** Whether to replace a key, which invalidates everything that it signed. */
  force?: boolean
}

/** `what`: the name for `privateFile`. */
export type GeneratedKey = { kid: string; what: string; privateFile: string; publicFile: string }

/** Where the two parts of a key for answers belong. */
export const answersAdvice = `Copy the public key to the folder ${keyDirectoryFiles.answerKeys} of the admin server's key directory. When it is known to all ("inmor keys list"), move the private part to the key directory of the federation server as ${keyDirectoryFiles.answers}.`

/** @throws KeyStoreError; KeyFileError when there is such a key and `force` is not set */
export async function generateKey(
  stores: KeyStores,
  directory: string,
  { alg, store, existing, purpose = 'statements', force = false }: KeyRequest,
): Promise<GeneratedKey> {
  await makeDirectory(directory)
  const key = toStoredKey(await createKey({ stores, directory }, alg, store, existing))
  try {
    if (force) await notePresent(directory, purpose)
    const newKey = key.store === 'files' ? key.privateJwk : key
    const files = await writeNewKey(directory, newKey, { purpose, force })
    // The file may be moved to another host, whose key it is then.
    if (key.store !== 'files') await endCreation(directory, key.id)
    const what = key.store === 'files' ? 'private key' : `reference to the private key in ${store}`
    return { kid: key.publicJwk.kid, what, ...files }
  } catch (error) {
    if (key.store !== 'files' && !key.isAdopted) await stores.destroy(key).catch(() => {}) // the first error counts
    throw error
  }
}

/** The admin server has its store destroy it. What a broken file refers to is not known. */
async function notePresent(directory: string, purpose: KeyPurpose): Promise<void> {
  const file = join(directory, purpose === 'answers' ? keyDirectoryFiles.answers : keyDirectoryFiles.private)
  const present = await readKeyFile(file, parseStoredKey).catch(() => undefined)
  if (present) await noteReplaced(directory, present)
}
