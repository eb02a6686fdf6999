/** Explains why the key directory cannot be written: mounted read-only, wrong owner or wrong mode. */
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyPlace } from './key-directory-change.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { getErrorCode } from './key-file.ts'

/** System error code -> explanation for the operator. */
const explanations: Readonly<Record<string, string>> = {
  EROFS: 'is mounted read-only. Mount it read-write for the admin server.',
  EACCES: 'is not writable by the user of the admin server. Change its owner or its mode.',
  EPERM: 'has the immutable attribute. Remove it with chattr -i.',
}

/** Returns a message, or null when the key directory is writable. */
export async function explainReadOnly({ directory, historicalDirectory }: KeyPlace): Promise<string | null> {
  const { publicKeys, answerKeys } = keyDirectoryFiles
  const own = [publicKeys, answerKeys].map((name) => join(directory, name))
  const folders = [directory, ...own, historicalDirectory]
  for (const folder of folders) {
    const code = await findAccessError(folder)
    if (code) return `The key directory ${folder} ${explanations[code] ?? `cannot be written (${code}).`}`
  }
  return null
}

async function findAccessError(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const code = getErrorCode(error)
    return code === 'ENOENT' ? null : code // created on demand in `directory`, which is checked first
  }
}
