/** Encodes a JSON response once for many requests, also compressed. */
import { promisify } from 'node:util'
import { gzip as gzipWhole } from 'node:zlib'
import { gzipParts } from './gzip-parts.ts'

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
