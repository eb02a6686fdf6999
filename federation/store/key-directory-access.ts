/** Whether keys can be changed here: the directory may be mounted read-only, or belong to somebody else. */
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyPlace } from './key-directory-change.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { errorCode } from './key-file.ts'

/** What the system's codes mean to an operator. */
const explanations: Readonly<Record<string, string>> = {
  EROFS: 'is mounted read-only; mount it read-write for the admin server',
  EACCES: 'may not be written by the user of the admin server; change its owner or its mode',
  EPERM: 'is protected against changes by the file system (the immutable attribute)',
}

/** Why keys cannot be changed, as a sentence; null when they can. */
export async function whyReadOnly({ directory, historicalDirectory }: KeyPlace): Promise<string | null> {
  const folders = [directory, join(directory, keyDirectoryFiles.publicKeys), historicalDirectory]
  for (const folder of folders) {
    const code = await refusal(folder)
    if (code) return `The key directory ${folder} ${explanations[code] ?? `cannot be written (${code})`}.`
  }
  return null
}

async function refusal(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const code = errorCode(error)
    return code === 'ENOENT' ? null : code // made when it is needed, in the directory that was asked first
  }
}
