/** One JWK in one file: read with a sentence for each fault, written beside and renamed so that none is ever half there. */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FederationError } from '#core/errors.ts'

/** A fault in the key directory, as one sentence that names the file. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly file: string

  constructor(file: string, sentence: string, options?: ErrorOptions) {
    super(`${file} ${sentence}`, options)
    this.file = file
  }
}

/** How the names of files end that are not whole yet; nobody reads them. */
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
    throw new KeyFileError(file, `does not hold a usable key: ${error.message}`, { cause: error })
  }
}

/** Writes a key file whole or not at all; an existing file of that name is replaced. @throws KeyFileError */
export async function writeKeyFile(file: string, jwk: object, mode: number): Promise<void> {
  const beside = `${file}.${randomUUID()}${UNFINISHED}`
  try {
    const handle = await open(beside, 'wx', mode)
    try {
      await handle.writeFile(`${JSON.stringify(jwk, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await replace(beside, file)
  } catch (error) {
    await unlink(beside).catch(() => {}) // already renamed or never made; the first error is the one to tell
    throw new KeyFileError(file, `cannot be written (${errorCode(error)})`, { cause: error })
  }
}

/** Puts a key file in the place of another, in one step: readers find the one before or this one. @throws KeyFileError */
export async function moveKeyFile(from: string, to: string): Promise<void> {
  try {
    await replace(from, to)
  } catch (error) {
    throw new KeyFileError(to, `cannot be replaced (${errorCode(error)})`, { cause: error })
  }
}

/** Removes a key file; one that is gone already is as good. @throws KeyFileError */
export async function removeKeyFile(file: string): Promise<void> {
  try {
    await unlink(file)
    await syncDirectory(dirname(file))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw new KeyFileError(file, `cannot be removed (${errorCode(error)})`, { cause: error })
  }
}

async function replace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncDirectory(dirname(to))
}

/** A name is on the disk only once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The system's name for what went wrong, such as `EACCES`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new KeyFileError(file, `cannot be read (${errorCode(error)}); check its owner and mode`, {
      cause: error,
    })
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which may be a private key.
    throw new KeyFileError(file, 'is not JSON')
  }
}
