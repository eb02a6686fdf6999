/** Reads and writes the key directory: the signing key, published keys and historical keys (§3.1.1, §8.7). */
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type HistoricalKey, parseHistoricalKey } from '#core/historical-keys.ts'
import { createLocalSigner, type Signer, signJwt, verifyJwt } from '#core/jws.ts'
import { type Jwk, type JwkSet, parseJwk } from '#core/keys.ts'
import { KeyStoreError, type StoreName } from '#federation/key-store/store.ts'
import { filesOnly, type KeyStores } from '#federation/key-store/stores.ts'
import { formatFileName, keyDirectoryFiles } from './key-directory-layout.ts'
import { getErrorCode, KeyFileError, listNames, readKeyFile, writeKeyFile } from './key-file.ts'
import type { NewKey } from './new-key.ts'
import { formatStoredKey, parseStoredKey, type StoredKey, toStoredKey } from './stored-key.ts'

export { keyDirectoryFiles } from './key-directory-layout.ts'
export { watchKeyDirectory } from './key-directory-watch.ts'
export { KeyFileError } from './key-file.ts'

/** The current key signs, an announced key signs next, and a published key verifies earlier signatures. */
export type KeyRole = 'current' | 'announced' | 'published'
/**
 * A public key, and the file that gives it its role, relative to the directory. `store`: where the private part is; null
 * for a published key, which needs none.
 */
export type ListedKey = { jwk: Jwk; role: KeyRole; file: string; store: StoreName | null }

export type KeyDirectory = {
  /** Signs with the current key, `private.json`. */
  signer: Signer
  /** The keys of `published` with their roles, the current key first. */
  listed: ListedKey[]
  /** Public keys of the Entity Configuration. */
  published: JwkSet
  /** Retired and revoked keys, with `iat`, `exp` and `revoked`. */
  historical: HistoricalKey[]
}

/** Those that verify our Trust Marks. Retired keys still do, but compromised ones do not (§8.7.3). */
export function verificationKeys({ published, historical }: KeyDirectory): JwkSet {
  const retired = historical.filter(({ revoked }) => revoked?.reason !== 'compromised')
  return { keys: [...published.keys, ...retired] }
}

/**
 * Reads the whole directory. A historical key is not published, even if an interrupted step left it in `publickeys`.
 * @throws KeyFileError when a file is missing, unreadable or not a usable key
 */
export async function readKeyDirectory(
  directory: string,
  options: { historicalDir?: string; stores?: KeyStores } = {},
): Promise<KeyDirectory> {
  const { stores = filesOnly } = options
  const privateFile = join(directory, keyDirectoryFiles.private)
  const current = await readKeyFile(privateFile, parseStoredKey)
  if (!current) {
    throw new KeyFileError(privateFile, 'does not exist. Generate a signing key with inmor-keygeneration.')
  }
  const signer = await createSigner(privateFile, current, stores)
  const nextFile = join(directory, keyDirectoryFiles.next)
  const next = await readKeyFile(nextFile, parseStoredKey)
  if (next) await createSigner(nextFile, next, stores)
  const others = await readKeys(join(directory, keyDirectoryFiles.publicKeys), (value) => parseJwk(value))
  const history = await readKeys(
    options.historicalDir ?? join(directory, keyDirectoryFiles.historicalKeys),
    (value) => parseHistoricalKey(value),
  )
  const historical = history.map(({ key }) => key)
  const withdrawn = new Set(historical.map(({ kid }) => kid))
  const { kid } = current.publicJwk
  if (withdrawn.has(kid)) {
    throw new KeyFileError(
      privateFile,
      `contains the key ${kid}, which is also a historical key. Use another signing key.`,
    )
  }
  const listed: ListedKey[] = [
    listKey(current, 'current', keyDirectoryFiles.private),
    ...(next ? [listKey(next, 'announced', keyDirectoryFiles.next)] : []),
    ...others.map(({ key, name }) => {
      const file = `${keyDirectoryFiles.publicKeys}/${name}`
      return { jwk: key, role: 'published' as const, file, store: null }
    }),
  ]
  const remaining = removeDuplicates(listed).filter(({ jwk }) => !withdrawn.has(jwk.kid))
  return {
    signer,
    listed: remaining,
    published: { keys: remaining.map(({ jwk }) => jwk) },
    historical,
  }
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
    await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [signer.publicKey] } })
    return signer
  } catch (cause) {
    const sentence =
      'contains a key whose signatures do not verify. Check that its private and public part belong together.'
    throw new KeyFileError(file, sentence, { cause })
  }
}

/**
 * Writes `newKey` as the signing key of a directory and publishes its public part.
 * @throws KeyFileError when a signing key exists and `force` is not set
 */
export async function writeNewKey(
  directory: string,
  newKey: NewKey,
  { force = false }: { force?: boolean } = {},
): Promise<{ privateFile: string; publicFile: string }> {
  const key = toStoredKey(newKey)
  const privateFile = join(directory, keyDirectoryFiles.private)
  const publicFile = join(directory, keyDirectoryFiles.publicKeys, formatFileName(key.publicJwk.kid))
  if (!force && (await exists(privateFile))) {
    throw new KeyFileError(
      privateFile,
      'already exists. Replacing it invalidates everything that it signed; use --force to replace it anyway.',
    )
  }
  await makeDirectory(join(directory, keyDirectoryFiles.publicKeys))
  // The public part first: a signing key must always be published.
  await writeKeyFile(publicFile, key.publicJwk, 0o644)
  await writeKeyFile(privateFile, formatStoredKey(key), 0o600)
  return { privateFile, publicFile }
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

export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw new KeyFileError(directory, `cannot be created (${getErrorCode(error)}).`, { cause: error })
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
