/**
 * Destroys the private parts of replaced keys that are in a key store. Until then, a file keeps the reference: the store
 * may be away, and a process that has not read the directory since the switch still signs with the key.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { formatFileName, keyDirectoryFiles } from './key-directory-layout.ts'
import { listNames, readKeyFile, removeKeyFile, writeKeyFile } from './key-file.ts'
import { formatStoredKey, parseStoredKey, type StoredKey } from './stored-key.ts'

/** Milliseconds after the switch. */
const DELAY_MS = 60_000

/** Notes a key whose private part has to be destroyed. @throws KeyFileError */
export async function noteReplaced(directory: string, key: StoredKey): Promise<void> {
  if (key.store === 'files') return
  const file = join(directory, `${keyDirectoryFiles.replaced}${formatFileName(key.publicJwk.kid)}`)
  await writeKeyFile(file, formatStoredKey(key), 0o600)
}

/** `isLeft`: one is too young, or its store failed, which `onError` reports. @throws KeyFileError */
export async function destroyReplacedKeys(
  directory: string,
  { stores, onError }: { stores: KeyStores; onError: (error: unknown) => void },
): Promise<{ isLeft: boolean }> {
  const files = (await listNames(directory))
    .filter((name) => name.startsWith(keyDirectoryFiles.replaced) && name.endsWith('.json'))
    .map((name) => join(directory, name))
  const inUse = files.length > 0 ? await readKidsInUse(directory) : []
  let isLeft = false
  for (const file of files) {
    const key = await readKeyFile(file, parseStoredKey)
    if (!key || key.store === 'files') continue
    try {
      const isReplaced = !inUse.includes(key.publicJwk.kid) // the switch may have been interrupted
      if (isReplaced && Date.now() - (await stat(file)).mtimeMs < DELAY_MS) {
        isLeft = true
        continue
      }
      if (isReplaced) await stores.destroy(key)
      await removeKeyFile(file)
    } catch (error) {
      isLeft = true
      onError(error)
    }
  }
  return { isLeft }
}

async function readKidsInUse(directory: string): Promise<(string | undefined)[]> {
  const names = [keyDirectoryFiles.private, keyDirectoryFiles.next, keyDirectoryFiles.answers]
  const keys = names.map((name) => readKeyFile(join(directory, name), parseStoredKey))
  return (await Promise.all(keys)).map((key) => key?.publicJwk.kid)
}
