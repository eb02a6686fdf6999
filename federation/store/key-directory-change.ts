/**
 * The steps of a key rollover on the files (§11.2, §8.7). Each order leaves a usable directory wherever it is cut off;
 * whoever changes keys must be the only one (the lock is the caller's).
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { HistoricalKey } from '#core/historical-keys.ts'
import { type Jwk, parsePrivateJwk, publicJwk } from '#core/keys.ts'
import { type KeyDirectory, makeDirectory, readKeyDirectory } from './key-directory.ts'
import { keyDirectoryFiles, keyFileName } from './key-directory-layout.ts'
import {
  errorCode,
  KeyFileError,
  moveKeyFile,
  readKeyFile,
  removeKeyFile,
  UNFINISHED,
  writeKeyFile,
} from './key-file.ts'

/** Where the keys are. */
export type KeyPlace = { directory: string; historicalDirectory: string }

/** Its public part is published from now on; nothing is signed with it yet. @throws KeyFileError */
export async function announceKey({ directory }: KeyPlace, privateJwk: Jwk): Promise<void> {
  await writeKeyFile(join(directory, keyDirectoryFiles.next), privateJwk, 0o600)
}

/**
 * Signs with the announced key from now on. The private part of the one before is gone; its public part stays.
 * @throws KeyFileError when none is announced, or a file cannot be written
 */
export async function switchKey({ directory }: KeyPlace): Promise<void> {
  const privateFile = join(directory, keyDirectoryFiles.private)
  const nextFile = join(directory, keyDirectoryFiles.next)
  const current = await readKeyFile(privateFile, parsePrivateJwk)
  const next = await readKeyFile(nextFile, parsePrivateJwk)
  if (!next) throw new KeyFileError(nextFile, 'does not exist; announce a key first')
  const folder = join(directory, keyDirectoryFiles.publicKeys)
  await makeDirectory(folder)
  // Both public parts first: until the rename the old key signs, from then on the new one, and both can be looked up.
  for (const key of [current, next]) {
    if (key) await writeKeyFile(join(folder, keyFileName(key.kid)), publicJwk(key), 0o644)
  }
  await moveKeyFile(nextFile, privateFile)
}

/** Moves a key that does not sign into the history, or says more of one that is there. @throws KeyFileError */
export async function withdrawKey(place: KeyPlace, key: HistoricalKey): Promise<void> {
  await makeDirectory(place.historicalDirectory)
  // The history first: a key that is in both places counts as withdrawn, and one in neither could not be explained.
  const file = (await fileOf(place.historicalDirectory, key.kid)) ?? keyFileName(key.kid)
  await writeKeyFile(join(place.historicalDirectory, file), key, 0o644)
  await tidyKeyDirectory(place)
}

/** Removes what a change that was cut off may have left behind, and reads what is there. @throws KeyFileError */
export async function tidyKeyDirectory({ directory, historicalDirectory }: KeyPlace): Promise<KeyDirectory> {
  const keys = await readKeyDirectory(directory, { historicalDir: historicalDirectory })
  const publicKeys = join(directory, keyDirectoryFiles.publicKeys)
  for (const { kid } of keys.historical) {
    const file = await fileOf(publicKeys, kid)
    if (file) await removeKeyFile(join(publicKeys, file))
  }
  const nextFile = join(directory, keyDirectoryFiles.next)
  const next = await readKeyFile(nextFile, parsePrivateJwk)
  const isStale = next?.kid === keys.signer.kid || keys.historical.some(({ kid }) => kid === next?.kid)
  if (next && isStale) await removeKeyFile(nextFile)
  for (const folder of [directory, publicKeys, historicalDirectory]) {
    // An unfinished file may hold a private key.
    const unfinished = (await names(folder)).filter((name) => name.endsWith(UNFINISHED))
    for (const name of unfinished) await removeKeyFile(join(folder, name))
  }
  return keys
}

/** The file of a folder that holds the key, whatever its name. */
async function fileOf(folder: string, kid: string): Promise<string | undefined> {
  const usual = keyFileName(kid)
  const candidates = (await names(folder)).filter((name) => name.endsWith('.json'))
  const holds = async (name: string) => {
    const key = await readKeyFile(join(folder, name), (value) => value as { kid?: unknown } | null) // parsed before
    return key?.kid === kid
  }
  for (const name of candidates.includes(usual) ? [usual, ...candidates] : candidates) {
    if (await holds(name)) return name
  }
  return undefined
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw new KeyFileError(folder, `cannot be read (${errorCode(error)})`, { cause: error })
  }
}
