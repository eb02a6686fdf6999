/** Writes the first keys of a key directory: the key that signs statements, or the one that signs answers. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { formatFileName, keyDirectoryFiles } from './key-directory-layout.ts'
import { KeyFileError, makeDirectory, writeKeyFile } from './key-file.ts'
import type { NewKey } from './new-key.ts'
import { formatStoredKey, toStoredKey } from './stored-key.ts'

/** What a new key signs. */
export type KeyPurpose = 'statements' | 'answers'

/** Where each kind of key is, and what its replacement means. */
const places = {
  statements: {
    file: keyDirectoryFiles.private,
    folder: keyDirectoryFiles.publicKeys,
    refusal:
      'already exists. Replacing it invalidates everything that it signed; use --force to replace it anyway.',
  },
  answers: {
    file: keyDirectoryFiles.answers,
    folder: keyDirectoryFiles.answerKeys,
    refusal:
      'already exists. Generate its successor in another directory, and move the file here when the new key is published and known to all. Use --force to replace it now: verifiers refuse the answers until they know the new key.',
  },
} as const

/**
 * Writes `newKey` as the key of a directory for its purpose, and publishes its public part.
 * @throws KeyFileError when there is such a key and `force` is not set
 */
export async function writeNewKey(
  directory: string,
  newKey: NewKey,
  { force = false, purpose = 'statements' }: { force?: boolean; purpose?: KeyPurpose } = {},
): Promise<{ privateFile: string; publicFile: string }> {
  const key = toStoredKey(newKey)
  const { file, folder, refusal } = places[purpose]
  const privateFile = join(directory, file)
  const publicFile = join(directory, folder, formatFileName(key.publicJwk.kid))
  if (!force && (await exists(privateFile))) throw new KeyFileError(privateFile, refusal)
  await makeDirectory(join(directory, folder))
  // The public part first: a signing key must always be published.
  await writeKeyFile(publicFile, key.publicJwk, 0o644)
  await writeKeyFile(privateFile, formatStoredKey(key), 0o600)
  return { privateFile, publicFile }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
