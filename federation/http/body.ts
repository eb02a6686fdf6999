/** Encodes a JSON response once for many requests, also compressed. */
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, gzip as gzipWhole } from 'node:zlib'

const gzip: (data: string | Buffer) => Promise<Buffer> = promisify(gzipWhole)

/**
 * Short text needs one write, together with the headers. Longer text is kept as bytes to avoid a copy per response, and
 * very long text as parts, which are sent one after another.
 */
export type Body = string | Buffer | readonly Buffer[]

/** Bytes of text. */
const MAX_TEXT = 16 * 1024

/** Bytes of a body in one piece. */
export const MAX_WHOLE = 1024 * 1024

/** Bytes below which compression saves no packet. */
const MIN_COMPRESSED = 1024

export function getLength(body: Body): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.isBuffer(body) ? body.length : body.reduce((sum, { length }) => sum + length, 0)
}

export const encodeJson = (value: unknown): Body => encodeText(Buffer.from(JSON.stringify(value)))

export function encodeText(text: Buffer): Body {
  return text.length > MAX_TEXT ? text : text.toString()
}

export function isCompressible(body: Body): boolean {
  return getLength(body) >= MIN_COMPRESSED
}

export async function compress(body: Body): Promise<Body> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return gzip(body)
  const parts = await gzipParts(body)
  return getLength(parts) > MAX_WHOLE ? parts : Buffer.concat(parts)
}

const deflate = promisify(deflateRaw)

/** Of a gzip file without a name and time (RFC 1952 §2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/** An empty last block (RFC 1951 §3.2.3). */
const LAST_BLOCK = Buffer.from([3, 0])

/** Parts that are compressed at once: as many as Node has threads for it. */
const BATCH = 4

const known = new WeakMap<Buffer, Buffer>()

/** Compresses each part of a body without the others, and keeps the results: a change in a long list compresses one part again. */
async function gzipParts(parts: readonly Buffer[]): Promise<Buffer[]> {
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
