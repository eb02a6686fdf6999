/**
 * Destroys the private parts of keys in a key store that no longer sign, or that never came into use. Until then, a file
 * keeps the reference: the store may be away, and a process that has not read the directory since the switch still signs
 * with a replaced key.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { formatFileName, keyDirectoryFiles } from './key-directory-layout.ts'
import { listNames, readKeyFile, removeKeyFile, writeKeyFile } from './key-file.ts'
import { formatStoredKey, parseStoredKey, parseStorePlace, type StoredKey } from './stored-key.ts'

/** Milliseconds after the switch, and after the beginning of a creation, which ends in a key file or fails by then. */
const delays = { [keyDirectoryFiles.replaced]: 60_000, [keyDirectoryFiles.created]: 600_000 } as const

/** Notes a key whose private part has to be destroyed: not that of another program. @throws KeyFileError */
export async function noteReplaced(directory: string, key: StoredKey): Promise<void> {
  if (key.store === 'files' || key.isAdopted) return
  const file = join(directory, `${keyDirectoryFiles.replaced}${formatFileName(key.publicJwk.kid)}`)
  await writeKeyFile(file, formatStoredKey(key), 0o600)
}

/** `isLeft`: one is too young, or its store failed, which `onError` reports. @throws KeyFileError */
export async function destroyReplacedKeys(
  directory: string,
  { stores, onError }: { stores: KeyStores; onError: (error: unknown) => void },
): Promise<{ isLeft: boolean }> {
  const names = await listNames(directory)
  const notes = Object.entries(delays).flatMap(([beginning, delay]) => {
    const own = names.filter((name) => name.startsWith(beginning) && name.endsWith('.json'))
    return own.map((name) => ({ file: join(directory, name), delay }))
  })
  const inUse = notes.length > 0 ? await readIdsInUse(directory) : []
  let isLeft = false
  for (const { file, delay } of notes) {
    const key = await readKeyFile(file, parseStorePlace)
    if (!key) continue
    try {
      const isReplaced = !inUse.includes(key.id) // the switch may have been interrupted, and the creation succeeded
      if (isReplaced && Date.now() - (await stat(file)).mtimeMs < delay) {
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

async function readIdsInUse(directory: string): Promise<string[]> {
  const names = [keyDirectoryFiles.private, keyDirectoryFiles.next, keyDirectoryFiles.answers]
  const keys = await Promise.all(names.map((name) => readKeyFile(join(directory, name), parseStoredKey)))
  return keys.flatMap((key) => (key && key.store !== 'files' ? [key.id] : []))
}
