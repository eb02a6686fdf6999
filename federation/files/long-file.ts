/** Writes, reads and compresses files of any length in small memory. */
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { crc32, createGzip } from 'node:zlib'

/** Bytes that are read at once. */
const CHUNK = 1024 * 1024

/** `checksum`: its CRC-32. */
export type Written = { hash: string; checksum: number; length: number }

/** What else is to be done meanwhile, some of it at each call. */
export type Between = () => Promise<unknown>

/** @throws Error of the file system, of `parts` and of `between` */
export async function writeParts(
  path: string,
  parts: AsyncIterable<Buffer>,
  between: Between,
): Promise<Written> {
  const file = await open(path, 'w')
  const digest = createHash('sha256')
  let [checksum, length] = [0, 0]
  try {
    for await (const part of parts) {
      digest.update(part)
      checksum = crc32(part, checksum)
      length += part.length
      await file.writeFile(part)
      await between()
    }
  } finally {
    await file.close()
  }
  return { hash: digest.digest('hex'), checksum, length }
}

/** The SHA-256 in hex. @throws Error of the file system */
export function hashFile(path: string): string {
  const digest = createHash('sha256')
  const buffer = Buffer.allocUnsafe(CHUNK)
  const file = openSync(path, 'r')
  try {
    for (let read = 1; read > 0; ) {
      read = readSync(file, buffer)
      digest.update(buffer.subarray(0, read))
    }
  } finally {
    closeSync(file)
  }
  return digest.digest('hex')
}

/** Its last bytes, or all that it has. @throws Error of the file system */
export function readEnd(path: string, bytes: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const length = Math.min(bytes, size)
    const end = Buffer.alloc(length)
    readSync(file, end, 0, length, size - length)
    return end
  } finally {
    closeSync(file)
  }
}

/** @throws Error of the file system and of `between` */
export function compressFile(from: string, to: string, between: Between): Promise<void> {
  async function* slowly(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      yield chunk
      await between()
    }
  }
  const parts = createReadStream(from, { highWaterMark: CHUNK })
  return pipeline(parts, slowly, createGzip(), createWriteStream(to))
}
