/** The key directory: the signing key, the published keys and the historical keys, as files (§3.1.1, §8.7). */
import { access, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type HistoricalKey, parseHistoricalKey } from '#core/historical-keys.ts'
import { localSigner, type Signer } from '#core/jws.ts'
import { type Jwk, type JwkSet, parseJwk, parsePrivateJwk, publicJwk } from '#core/keys.ts'
import { keyDirectoryFiles, keyFileName } from './key-directory-layout.ts'
import { errorCode, KeyFileError, readKeyFile, writeKeyFile } from './key-file.ts'

export { keyDirectoryFiles } from './key-directory-layout.ts'
export { watchKeyDirectory } from './key-directory-watch.ts'
export { KeyFileError } from './key-file.ts'

/** What a key of the directory is for: it signs now, it will sign next, or it verifies what it signed before. */
export type KeyRole = 'current' | 'announced' | 'published'
/** A public key and the file, below the directory, that makes it what it is. */
export type ListedKey = { jwk: Jwk; role: KeyRole; file: string }

export type KeyDirectory = {
  /** Signs with the current key, `private.json`. */
  signer: Signer
  /** The keys of `published` with what they are for, the current one first. */
  listed: ListedKey[]
  /** Public keys of the Entity Configuration: the current, the announced, and those still published. */
  published: JwkSet
  /** Retired and revoked keys, with `iat`, `exp` and `revoked`. */
  historical: HistoricalKey[]
}

/**
 * Reads the whole directory. A key in the history is not published, even if a step that was cut off left it there.
 * @throws KeyFileError when a file is missing, unreadable or not a usable key
 */
export async function readKeyDirectory(
  directory: string,
  options: { historicalDir?: string } = {},
): Promise<KeyDirectory> {
  const privateFile = join(directory, keyDirectoryFiles.private)
  const current = await readKeyFile(privateFile, parsePrivateJwk)
  if (!current) {
    throw new KeyFileError(privateFile, 'does not exist; generate a signing key with inmor-keygeneration')
  }
  const next = await readKeyFile(join(directory, keyDirectoryFiles.next), parsePrivateJwk)
  const others = await readKeys(join(directory, keyDirectoryFiles.publicKeys), (value) => parseJwk(value))
  const history = await readKeys(
    options.historicalDir ?? join(directory, keyDirectoryFiles.historicalKeys),
    (value) => parseHistoricalKey(value),
  )
  const historical = history.map(({ key }) => key)
  const withdrawn = new Set(historical.map(({ kid }) => kid))
  if (withdrawn.has(current.kid)) {
    throw new KeyFileError(privateFile, `holds ${current.kid}, which the historical keys say is withdrawn`)
  }
  const listed: ListedKey[] = [
    { jwk: publicJwk(current), role: 'current', file: keyDirectoryFiles.private },
    ...(next ? [{ jwk: publicJwk(next), role: 'announced' as const, file: keyDirectoryFiles.next }] : []),
    ...others.map(({ key, name }) => {
      return { jwk: key, role: 'published' as const, file: `${keyDirectoryFiles.publicKeys}/${name}` }
    }),
  ]
  const standing = distinct(listed).filter(({ jwk }) => !withdrawn.has(jwk.kid))
  return {
    signer: await localSigner(current),
    listed: standing,
    published: { keys: standing.map(({ jwk }) => jwk) },
    historical,
  }
}

/**
 * Makes `privateJwk` the signing key of a directory, and publishes its public part.
 * @throws KeyFileError when a signing key is there already and `force` is not set
 */
export async function writeNewKey(
  directory: string,
  privateJwk: Jwk,
  { force = false }: { force?: boolean } = {},
): Promise<{ privateFile: string; publicFile: string }> {
  const privateFile = join(directory, keyDirectoryFiles.private)
  const publicFile = join(directory, keyDirectoryFiles.publicKeys, keyFileName(privateJwk.kid))
  if (!force && (await exists(privateFile))) {
    throw new KeyFileError(
      privateFile,
      'exists already; it is replaced only by force, since what was signed with it becomes invalid',
    )
  }
  await makeDirectory(join(directory, keyDirectoryFiles.publicKeys))
  // The public part first: a key that signs must never be one that nobody can look up.
  await writeKeyFile(publicFile, publicJwk(privateJwk), 0o644)
  await writeKeyFile(privateFile, privateJwk, 0o600)
  return { privateFile, publicFile }
}

/** The public keys in a directory of `{kid}.json` files; none when the directory does not exist. */
async function readKeys<Key>(
  directory: string,
  parse: (value: unknown) => Key,
): Promise<{ key: Key; name: string }[]> {
  const keys: { key: Key; name: string }[] = []
  for (const name of await listJsonFiles(directory)) {
    const key = await readKeyFile(join(directory, name), parse)
    if (key) keys.push({ key, name })
  }
  return keys
}

async function listJsonFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory)
    return names.filter((name) => name.endsWith('.json')).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw new KeyFileError(directory, `cannot be read (${errorCode(error)})`, { cause: error })
  }
}

/** The first key of each `kid`: `publickeys/` usually holds the current key too, and a `kid` must be unique. */
function distinct(keys: readonly ListedKey[]): ListedKey[] {
  const byKid = new Map<string, ListedKey>()
  for (const key of keys) if (!byKid.has(key.jwk.kid)) byKid.set(key.jwk.kid, key)
  return [...byKid.values()]
}

export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw new KeyFileError(directory, `cannot be created (${errorCode(error)})`, { cause: error })
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
