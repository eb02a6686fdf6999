/** One JWK in one file: read with a sentence for each fault, written beside and renamed so that none is ever half there. */
import { open, readFile, rename, unlink } from 'node:fs/promises'
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
  const beside = `${file}.${process.pid}.tmp`
  try {
    const handle = await open(beside, 'wx', mode)
    try {
      await handle.writeFile(`${JSON.stringify(jwk, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await unlink(beside).catch(() => {}) // already renamed or never made; the first error is the one to tell
    throw new KeyFileError(file, `cannot be written (${errorCode(error)})`, { cause: error })
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
