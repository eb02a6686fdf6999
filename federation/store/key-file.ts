/** Reads and writes key files. A write goes to a temporary file first, so a key file is never incomplete. */
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FederationError } from '#core/errors.ts'

/** An error in the key directory, as a sentence that starts with the file. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly file: string

  constructor(file: string, sentence: string, options?: ErrorOptions) {
    super(`${file} ${sentence}`, options)
    this.file = file
  }
}

/** Suffix of temporary files, which are never read. */
export const UNFINISHED = '.tmp'

/** Reads a key file with `parse`; undefined when it does not exist. @throws KeyFileError */
export async function readKeyFile<Key>(
  file: string,
  parse: (value: unknown) => Key,
): Promise<Key | undefined> {
  const text = await readText(file)
  if (text === undefined) return undefined
  try {
    return parse(parseJson(file, text))
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    throw new KeyFileError(file, `does not contain a usable key: ${error.message}`, { cause: error })
  }
}

/** Writes or replaces a key file atomically. @throws KeyFileError */
export async function writeKeyFile(file: string, jwk: object, mode: number): Promise<void> {
  const temporary = `${file}.${randomUUID()}${UNFINISHED}`
  try {
    const handle = await open(temporary, 'wx', mode)
    try {
      await handle.writeFile(`${JSON.stringify(jwk, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await replaceFile(temporary, file)
  } catch (error) {
    await unlink(temporary).catch(() => {}) // it may not exist; report the first error
    throw new KeyFileError(file, `cannot be written (${getErrorCode(error)}).`, { cause: error })
  }
}

/** Replaces a key file with another atomically. @throws KeyFileError */
export async function moveKeyFile(from: string, to: string): Promise<void> {
  try {
    await replaceFile(from, to)
  } catch (error) {
    throw new KeyFileError(to, `cannot be replaced (${getErrorCode(error)}).`, { cause: error })
  }
}

/** Removes a key file if it exists. @throws KeyFileError */
export async function removeKeyFile(file: string): Promise<void> {
  try {
    await unlink(file)
    await syncDirectory(dirname(file))
  } catch (error) {
    if (getErrorCode(error) === 'ENOENT') return
    throw new KeyFileError(file, `cannot be removed (${getErrorCode(error)}).`, { cause: error })
  }
}

/** The names in a folder; none when it does not exist. @throws KeyFileError */
export async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (getErrorCode(error) === 'ENOENT') return []
    throw new KeyFileError(folder, `cannot be read (${getErrorCode(error)}).`, { cause: error })
  }
}

/** Creates a folder of the key directory if it does not exist. @throws KeyFileError */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw new KeyFileError(directory, `cannot be created (${getErrorCode(error)}).`, { cause: error })
  }
}

async function replaceFile(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncDirectory(dirname(to))
}

/** A renamed or removed file is durable only after its directory is synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The system's error code, such as `EACCES`. */
export function getErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (getErrorCode(error) === 'ENOENT') return undefined
    throw new KeyFileError(file, `cannot be read (${getErrorCode(error)}). Check its owner and mode.`, {
      cause: error,
    })
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may be a private key.
    throw new KeyFileError(file, 'is not valid JSON.')
  }
}

/**
 * The rights of users who neither own the file nor are in its group. The group keeps its rights: a federation server may read
 * the file by them.
 */
const OTHERS = 0o007

/**
 * Takes the rights of other users from a file with a private key. Returns a sentence where that is not possible, as on a
 * read-only volume and on a file system without modes; null if only owner and group have rights.
 */
export async function closeToOthers(file: string): Promise<string | null> {
  const open = await findOpenMode(file)
  if (open === null) return null
  const failure = await chmod(file, open & ~OTHERS).then(() => null, getErrorCode)
  const mode = await findOpenMode(file)
  if (mode === null) return null
  const why = failure ? ` (${failure})` : ''
  return `${file} has the mode ${mode.toString(8).padStart(4, '0')}, so every user of this host can read the private key in it. The mode cannot be changed from here${why}: set it to 0600, or to 0640 for a group that needs the key.`
}

/** The mode, if other users have rights. Windows has no such modes. */
async function findOpenMode(file: string): Promise<number | null> {
  if (process.platform === 'win32') return null
  const found = await stat(file).catch(() => null) // the read of the file says why
  return found && (found.mode & OTHERS) !== 0 ? found.mode & 0o777 : null
}
