/**
 * Notes a key before a key store creates it. A process that ends before the key is in a key file leaves the note, and
 * `destroyReplacedKeys` has the store destroy the key, which nothing else would name.
 */
import { join } from 'node:path'
import type { ExternalStoreName } from '#federation/key-store/store.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { removeKeyFile, writeKeyFile } from './key-file.ts'

/** `id`: of the key in the store. @throws KeyFileError */
export async function noteCreation(directory: string, store: ExternalStoreName, id: string): Promise<void> {
  await writeKeyFile(noteOf(directory, id), { store: { name: store, id } }, 0o600)
}

/** The key is in a key file. @throws KeyFileError */
export const endCreation = (directory: string, id: string): Promise<void> =>
  removeKeyFile(noteOf(directory, id))

const noteOf = (directory: string, id: string) =>
  join(directory, `${keyDirectoryFiles.created}${encodeURIComponent(id)}.json`)
