/**
 * Changes the key files in a rollover (§11.2, §8.7). An interrupted step leaves a usable directory.
 * The caller must hold a lock: changes must not overlap.
 */
import { join } from 'node:path'
import type { HistoricalKey } from '#core/historical-keys.ts'
import { filesOnly, type KeyStores } from '#federation/key-store/stores.ts'
import { type KeyDirectory, readKeyDirectory } from './key-directory.ts'
import { formatFileName, keyDirectoryFiles } from './key-directory-layout.ts'
import {
  KeyFileError,
  listNames,
  makeDirectory,
  moveKeyFile,
  readKeyFile,
  removeKeyFile,
  UNFINISHED,
  writeKeyFile,
} from './key-file.ts'
import type { NewKey } from './new-key.ts'
import { noteReplaced } from './replaced-keys.ts'
import { formatStoredKey, parseStoredKey, toStoredKey } from './stored-key.ts'

/** `stores`: where private parts are that the files only refer to; none by default. */
export type KeyPlace = { directory: string; historicalDirectory: string; stores?: KeyStores }

/**
 * Announces the next key: it is published, but does not sign yet. Federation servers that cannot read the private part
 * find the public one where the others are.
 * @throws KeyFileError when a file cannot be written: then the key is not announced
 */
export async function announceKey({ directory }: KeyPlace, newKey: NewKey): Promise<void> {
  const key = toStoredKey(newKey)
  const nextFile = join(directory, keyDirectoryFiles.next)
  const folder = join(directory, keyDirectoryFiles.publicKeys)
  await writeKeyFile(nextFile, formatStoredKey(key), 0o600)
  try {
    await makeDirectory(folder)
    await writeKeyFile(join(folder, formatFileName(key.publicJwk.kid)), key.publicJwk, 0o644)
  } catch (error) {
    await removeKeyFile(nextFile)
    throw error
  }
}

/**
 * Makes the announced key the signing key. The private part of the previous key is deleted, by `destroyReplacedKeys` if
 * it is in a store; its public part stays.
 * @throws KeyFileError when no key is announced, or a file cannot be written
 */
export async function switchKey({ directory }: KeyPlace): Promise<void> {
  const privateFile = join(directory, keyDirectoryFiles.private)
  const nextFile = join(directory, keyDirectoryFiles.next)
  const current = await readKeyFile(privateFile, parseStoredKey)
  const next = await readKeyFile(nextFile, parseStoredKey)
  if (!next) throw new KeyFileError(nextFile, 'does not exist. Announce a key first.')
  const folder = join(directory, keyDirectoryFiles.publicKeys)
  await makeDirectory(folder)
  // Both public parts first: the key that signs must be published before and after the rename.
  for (const key of [current, next]) {
    if (key) await writeKeyFile(join(folder, formatFileName(key.publicJwk.kid)), key.publicJwk, 0o644)
  }
  if (current) await noteReplaced(directory, current)
  await moveKeyFile(nextFile, privateFile)
}

/** Moves a key that does not sign to the historical keys, or updates its entry there. @throws KeyFileError */
export async function withdrawKey(place: KeyPlace, key: HistoricalKey): Promise<void> {
  await makeDirectory(place.historicalDirectory)
  // The history first: a key in both places counts as withdrawn, and a key in neither would be lost.
  const file = (await findFile(place.historicalDirectory, key.kid)) ?? formatFileName(key.kid)
  await writeKeyFile(join(place.historicalDirectory, file), key, 0o644)
  await tidyKeyDirectory(place)
}

/** Removes leftovers of an interrupted change and reads the directory. @throws KeyFileError */
export async function tidyKeyDirectory(place: KeyPlace): Promise<KeyDirectory> {
  const { directory, historicalDirectory } = place
  const keys = await readPlace(place)
  const { publicKeys, answerKeys, next, answers } = keyDirectoryFiles
  const published = [publicKeys, answerKeys].map((name) => join(directory, name))
  for (const { kid } of keys.historical) {
    for (const folder of published) {
      const file = await findFile(folder, kid)
      if (file) await removeKeyFile(join(folder, file))
    }
  }
  for (const file of [next, answers].map((name) => join(directory, name))) {
    const key = await readKeyFile(file, parseStoredKey)
    const kid = key?.publicJwk.kid
    const isWithdrawn = keys.historical.some((each) => each.kid === kid)
    if (key && isWithdrawn) await noteReplaced(directory, key)
    if (kid === keys.signer.kid || isWithdrawn) await removeKeyFile(file)
  }
  for (const folder of [directory, ...published, historicalDirectory]) {
    // An unfinished file may hold a private key.
    const unfinished = (await listNames(folder)).filter((name) => name.endsWith(UNFINISHED))
    for (const name of unfinished) await removeKeyFile(join(folder, name))
  }
  return keys
}

export function readPlace({
  directory,
  historicalDirectory,
  stores = filesOnly,
}: KeyPlace): Promise<KeyDirectory> {
  return readKeyDirectory(directory, { historicalDir: historicalDirectory, stores })
}

/** Finds the file of a key by its `kid`: an operator may have chosen another file name. */
async function findFile(folder: string, kid: string): Promise<string | undefined> {
  const usual = formatFileName(kid)
  const candidates = (await listNames(folder)).filter((name) => name.endsWith('.json'))
  const hasKey = async (name: string) => {
    const key = await readKeyFile(join(folder, name), (value) => value as { kid?: unknown } | null) // validated before
    return key?.kid === kid
  }
  for (const name of candidates.includes(usual) ? [usual, ...candidates] : candidates) {
    if (await hasKey(name)) return name
  }
  return undefined
}
