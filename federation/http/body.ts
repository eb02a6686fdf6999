/** Encodes a JSON response once for many requests, also compressed. */
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Part } from '#store/list-page.ts'

/**
 * Short text needs one write, together with the headers. Longer text is kept as bytes to avoid a copy per response, and
 * very long text as parts, which are sent one after another.
 */
export type Body = string | Buffer | readonly Buffer[]

/** Characters of text. */
const MAX_TEXT = 16 * 1024

/** Bytes of a body in one piece. */
const MAX_WHOLE = 1024 * 1024

/** Bytes below which compression saves no packet. */
const MIN_COMPRESSED = 1024

/** Bytes of a part. */
const PART = 64 * 1024

export function getLength(body: Body): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.isBuffer(body) ? body.length : body.reduce((sum, { length }) => sum + length, 0)
}

export function encodeJson(value: unknown): Body {
  const text = JSON.stringify(value)
  return text.length > MAX_TEXT ? Buffer.from(text) : text
}

/** Joins the identifiers of a list into a JSON array. `until`: when the first of its items expires, in unix seconds. */
export async function encodeIds(parts: AsyncIterable<Part>): Promise<{ body: Body; until: number }> {
  const pieces: Buffer[] = []
  let until = Infinity
  for await (const { ids, expires } of parts) {
    pieces.push(pieces.length === 0 ? OPENING : COMMA, ids)
    until = Math.min(until, expires)
  }
  pieces.push(pieces.length === 0 ? EMPTY : CLOSING)
  const length = getLength(pieces)
  if (length <= MAX_TEXT) return { body: Buffer.concat(pieces).toString(), until }
  return { body: joinShort(length > MAX_WHOLE ? joinToParts(pieces) : pieces), until }
}

const [OPENING, COMMA, CLOSING, EMPTY] = [
  Buffer.from('['),
  Buffer.from(','),
  Buffer.from(']'),
  Buffer.from('[]'),
]

function joinToParts(pieces: readonly Buffer[]): Buffer[] {
  const parts: Buffer[] = []
  let [start, length] = [0, 0]
  for (const [at, piece] of pieces.entries()) {
    length += piece.length
    if (length < PART && at < pieces.length - 1) continue
    parts.push(Buffer.concat(pieces.slice(start, at + 1)))
    ;[start, length] = [at + 1, 0]
  }
  return parts
}

export function isCompressible(body: Body): boolean {
  return getLength(body) >= MIN_COMPRESSED
}

export async function compress(body: Body): Promise<Body> {
  const gzip = createGzip({ chunkSize: PART })
  const parts = typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body
  return joinShort(await Readable.from(parts).pipe(gzip).toArray())
}

function joinShort(parts: readonly Buffer[]): Body {
  return getLength(parts) > MAX_WHOLE ? parts : Buffer.concat(parts)
}
