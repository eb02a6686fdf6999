/** Encodes a JSON response once for many requests, also compressed. */
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { createPauses } from '#store/pause.ts'

/**
 * Short text needs one write, together with the headers. Longer text is kept as bytes to avoid a copy per response, and
 * very long text as parts, which are sent one after another.
 */
export type Body = string | Buffer | readonly Buffer[]

/** Characters of text. */
const MAX_TEXT = 16 * 1024

/** Bytes of a body in one piece. */
const MAX_WHOLE = 1024 * 1024

/** Items of an array between two pauses. */
const SLICE = 1_000

/** Bytes below which compression saves no packet. */
const MIN_COMPRESSED = 1024

const COMPRESSED_PART = 64 * 1024

export function getLength(body: Body): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.isBuffer(body) ? body.length : body.reduce((sum, { length }) => sum + length, 0)
}

/** Encodes a long array in slices, with pauses: a million identifiers take a tenth of a second. */
export async function encodeJson(value: unknown): Promise<Body> {
  if (!Array.isArray(value) || value.length <= SLICE) {
    const text = JSON.stringify(value)
    return text.length > MAX_TEXT ? Buffer.from(text) : text
  }
  const pause = createPauses()
  const parts: Buffer[] = []
  for (let at = 0; at < value.length; at += SLICE) {
    const items = value.slice(at, at + SLICE)
    const text = JSON.stringify(items).slice(1, -1)
    parts.push(Buffer.from(`${at === 0 ? '[' : ','}${text}`))
    await pause(items.length)
  }
  parts.push(Buffer.from(']'))
  return joinShort(parts)
}

export function isCompressible(body: Body): boolean {
  return getLength(body) >= MIN_COMPRESSED
}

export async function compress(body: Body): Promise<Body> {
  const gzip = createGzip({ chunkSize: COMPRESSED_PART })
  const parts = typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body
  return joinShort(await Readable.from(parts).pipe(gzip).toArray())
}

function joinShort(parts: readonly Buffer[]): Body {
  return getLength(parts) > MAX_WHOLE ? parts : Buffer.concat(parts)
}
