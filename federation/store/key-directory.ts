/** Reads the key directory: the keys that sign, published keys and historical keys (§3.1.1, §8.7). */
import { join } from 'node:path'
import { type HistoricalKey, parseHistoricalKey } from '#core/historical-keys.ts'
import { createLocalSigner, type Signer, signJwt, verifyJwt } from '#core/jws.ts'
import { type Jwk, type JwkSet, parseJwk } from '#core/keys.ts'
import { KeyStoreError, type StoreName } from '#federation/key-store/store.ts'
import { filesOnly, type KeyStores } from '#federation/key-store/stores.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import { closeToOthers, KeyFileError, listNames, readKeyFile } from './key-file.ts'
import { parseAnswersKey, parseStoredKey, type StoredKey } from './stored-key.ts'

export { keyDirectoryFiles } from './key-directory-layout.ts'
export { writeNewKey } from './key-directory-write.ts'
export { KeyFileError } from './key-file.ts'
export { watchKeyDirectory } from './watch.ts'

/**
 * The current key signs, an announced key signs next, and a published key verifies earlier signatures. A key for answers
 * is published like them, but only a federation server signs with it, and no rollover counts it.
 */
export type KeyRole = 'current' | 'announced' | 'answers' | 'published'
/**
 * A public key, and the file that gives it its role, relative to the directory. `store`: where the private part is; null
 * for a key whose private part is not needed or elsewhere.
 */
export type ListedKey = { jwk: Jwk; role: KeyRole; file: string; store: StoreName | null }

/** The public keys of a directory. */
export type KeySets = {
  /** The keys of `published` with their roles, the current key first. */
  listed: ListedKey[]
  /** Public keys of the Entity Configuration. */
  published: JwkSet
  /** Those of `published` that sign statements and Trust Marks: all but the keys for answers. */
  statementKeys: JwkSet
  /** Retired and revoked keys, with `iat`, `exp` and `revoked`. */
  historical: HistoricalKey[]
  /** Sentences about private keys that other users of the host can read, although the keys can be used. */
  warnings: string[]
}

export type KeyDirectory = KeySets & {
  /** Signs with the current key, `private.json`. */
  signer: Signer
}

/** The directory of a federation server, which signs answers only. */
export type ServingKeys = KeySets & {
  /** Null without `private.json`. */
  signer: Signer | null
  /** Signs with the key for answers, `answers.json`; null without one, and for a historical key. */
  answers: Signer | null
}

/** Those that verify our Trust Marks. Retired keys still do, but compromised ones do not (§8.7.3). */
export function verificationKeys({ statementKeys, historical }: KeySets): JwkSet {
  const retired = historical.filter(({ revoked }) => revoked?.reason !== 'compromised')
  return { keys: [...statementKeys.keys, ...retired] }
}

type ReadOptions = { historicalDir?: string; stores?: KeyStores }

/**
 * Reads the whole directory. A historical key is not published, even if an interrupted step left it in `publickeys`.
 * @throws KeyFileError when a file is missing, unreadable or not a usable key
 */
export async function readKeyDirectory(directory: string, options: ReadOptions = {}): Promise<KeyDirectory> {
  const { signer, sets } = await readFiles(directory, options)
  if (signer) return { ...sets, signer }
  const file = join(directory, keyDirectoryFiles.private)
  throw new KeyFileError(file, 'does not exist. Generate a signing key with inmor-keygeneration.')
}

/**
 * Reads the directory of a federation server. A revoked key for answers is no reason to stop serving what is published.
 * @throws KeyFileError as above, and when there is neither `private.json` nor `answers.json`
 */
export async function readServingKeys(directory: string, options: ReadOptions = {}): Promise<ServingKeys> {
  const { signer, answersKey, sets } = await readFiles(directory, options)
  if (!signer && !answersKey) {
    const sentence = `does not exist, and neither does ${keyDirectoryFiles.answers}. Generate a signing key with inmor-keygeneration, or a key for the answers of this server with inmor-keygeneration --answers.`
    throw new KeyFileError(join(directory, keyDirectoryFiles.private), sentence)
  }
  const isUsable = answersKey && !isHistorical(sets, answersKey)
  const file = join(directory, keyDirectoryFiles.answers)
  const answers = isUsable ? await createSigner(file, answersKey, options.stores ?? filesOnly) : null
  return { ...sets, signer, answers }
}

async function readFiles(directory: string, { historicalDir, stores = filesOnly }: ReadOptions) {
  const { private: privateName, next: nextName, answers: answersName } = keyDirectoryFiles
  const privateFile = join(directory, privateName)
  const current = await readKeyFile(privateFile, parseStoredKey)
  const signer = current ? await createSigner(privateFile, current, stores) : null
  const nextFile = join(directory, nextName)
  const next = await readKeyFile(nextFile, parseStoredKey)
  if (next) await createSigner(nextFile, next, stores)
  const answersFile = join(directory, answersName)
  const answersKey = await readKeyFile(answersFile, parseAnswersKey)
  const warnings = await closeFiles([
    [privateFile, current],
    [nextFile, next],
    [answersFile, answersKey],
  ])
  const history = await readKeys(
    historicalDir ?? join(directory, keyDirectoryFiles.historicalKeys),
    (value) => parseHistoricalKey(value),
  )
  const listed: ListedKey[] = [
    ...(current ? [listKey(current, 'current', privateName)] : []),
    ...(next ? [listKey(next, 'announced', nextName)] : []),
    ...(answersKey ? [listKey(answersKey, 'answers', answersName)] : []),
    ...(await readPublished(directory, 'answers', keyDirectoryFiles.answerKeys)),
    ...(await readPublished(directory, 'published', keyDirectoryFiles.publicKeys)),
  ]
  const sets = toKeySets(
    listed,
    history.map(({ key }) => key),
    warnings,
  )
  if (current && isHistorical(sets, current)) {
    const sentence = `contains the key ${current.publicJwk.kid}, which is also a historical key. Use another signing key.`
    throw new KeyFileError(privateFile, sentence)
  }
  if (
    answersKey &&
    listed.some(({ jwk, role }) => role !== 'answers' && jwk.kid === answersKey.publicJwk.kid)
  ) {
    const sentence = `contains the key ${answersKey.publicJwk.kid}, which signs statements. Generate a key of its own with inmor-keygeneration --answers.`
    throw new KeyFileError(answersFile, sentence)
  }
  return { signer, answersKey, sets }
}

async function closeFiles(
  keys: readonly (readonly [file: string, key: StoredKey | undefined])[],
): Promise<string[]> {
  const files = keys.flatMap(([file, key]) => (key?.store === 'files' ? [file] : []))
  return (await Promise.all(files.map(closeToOthers))).filter((warning) => warning !== null)
}

async function readPublished(
  directory: string,
  role: 'answers' | 'published',
  folder: string,
): Promise<ListedKey[]> {
  const keys = await readKeys(join(directory, folder), (value) => parseJwk(value))
  return keys.map(({ key, name }) => ({ jwk: key, role, file: `${folder}/${name}`, store: null }))
}

function toKeySets(all: readonly ListedKey[], historical: HistoricalKey[], warnings: string[]): KeySets {
  const withdrawn = new Set(historical.map(({ kid }) => kid))
  const listed = removeDuplicates(all).filter(({ jwk }) => !withdrawn.has(jwk.kid))
  const keysOf = (keys: readonly ListedKey[]) => ({ keys: keys.map(({ jwk }) => jwk) })
  const statementKeys = keysOf(listed.filter(({ role }) => role !== 'answers'))
  return { listed, published: keysOf(listed), statementKeys, historical, warnings }
}

function isHistorical({ historical }: KeySets, { publicJwk }: StoredKey): boolean {
  return historical.some(({ kid }) => kid === publicJwk.kid)
}

function listKey({ publicJwk, store }: StoredKey, role: KeyRole, file: string): ListedKey {
  return { jwk: publicJwk, role, file, store }
}

/** A key store is not asked, because it may be away while what is published is served. @throws KeyFileError */
async function createSigner(file: string, key: StoredKey, stores: KeyStores): Promise<Signer> {
  if (key.store === 'files') return createVerifiedSigner(file, key.privateJwk)
  try {
    return stores.open(key)
  } catch (error) {
    if (!(error instanceof KeyStoreError)) throw error
    throw new KeyFileError(file, `names a key that cannot be used: ${error.message}`, { cause: error })
  }
}

/** Signs once, because few implementations compare the two parts of a key. @throws KeyFileError */
async function createVerifiedSigner(file: string, privateJwk: Jwk): Promise<Signer> {
  try {
    const signer = await createLocalSigner(privateJwk)
    const jwt = await signJwt({}, { key: signer, typ: 'JWT' })
    await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [signer.publicKey] }, at: null })
    return signer
  } catch (cause) {
    const sentence =
      'contains a key whose signatures do not verify. Check that its private and public part belong together.'
    throw new KeyFileError(file, sentence, { cause })
  }
}

/** Reads a directory of `{kid}.json` files. A missing directory has no keys. */
async function readKeys<Key>(
  directory: string,
  parse: (value: unknown) => Key,
): Promise<{ key: Key; name: string }[]> {
  const keys: { key: Key; name: string }[] = []
  const names = (await listNames(directory)).filter((name) => name.endsWith('.json'))
  for (const name of names.sort()) {
    const key = await readKeyFile(join(directory, name), parse)
    if (key) keys.push({ key, name })
  }
  return keys
}

/** Keeps the first key of each `kid`: `publickeys/` usually contains the current key as well. */
function removeDuplicates(keys: readonly ListedKey[]): ListedKey[] {
  const byKid = new Map<string, ListedKey>()
  for (const key of keys) if (!byKid.has(key.jwk.kid)) byKid.set(key.jwk.kid, key)
  return [...byKid.values()]
}
