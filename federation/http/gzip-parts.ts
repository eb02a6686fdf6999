/** Compresses each part of a body without the others, and keeps the results: a change in a long list compresses one part again. */
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

/** Of a gzip file without a name and time (RFC 1952 §2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/** An empty last block (RFC 1951 §3.2.3). */
const LAST_BLOCK = Buffer.from([3, 0])

/** Parts that are compressed at once: as many as Node has threads for it. */
const BATCH = 4

const known = new WeakMap<Buffer, Buffer>()

export async function gzipParts(parts: readonly Buffer[]): Promise<Buffer[]> {
  const blocks: Buffer[] = []
  for (let at = 0; at < parts.length; at += BATCH) {
    blocks.push(...(await Promise.all(parts.slice(at, at + BATCH).map(compressPart))))
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(parts.reduce((check, part) => crc32(part, check), 0))
  trailer.writeUInt32LE(parts.reduce((sum, { length }) => sum + length, 0) % 2 ** 32, 4)
  return [HEADER, ...blocks, LAST_BLOCK, trailer]
}

async function compressPart(part: Buffer): Promise<Buffer> {
  // It ends with a whole byte, and what follows does not refer to it.
  const block = known.get(part) ?? (await deflate(part, { finishFlush: constants.Z_FULL_FLUSH }))
  known.set(part, block)
  return block
}
