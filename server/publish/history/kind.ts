/** Names the kinds of published objects whose bytes are kept, and where each is found. */
import { hash } from 'node:crypto'

/** As the database has them. A number is never used again. */
export const kinds = {
  /** Of this anchor. */
  'entity-configuration': 1,
  /** Of this anchor. */
  'historical-keys': 2,
  /** By the Entity Identifier of the subordinate. */
  statement: 3,
  /** By the Entity Identifier of the holder, and the Trust Mark type. */
  'trust-mark': 4,
  /** By the SHA-256, in hex, of the Trust Mark. */
  revocation: 5,
  /** By the number of the list, and the Trust Mark type. */
  'status-list': 6,
} as const

export type Kind = keyof typeof kinds

/** What an object is about. Both are empty for what an anchor has once. */
export type Subject = { subject: string; second?: string | undefined }

/** Bytes of a longer one would not fit into an index beside an Entity Identifier. */
export const LONGEST_SECOND = 512

/** As the database has it. */
export function toKey({ subject, second = '' }: Subject): { subject: string; second: string } {
  return { subject, second: Buffer.byteLength(second) > LONGEST_SECOND ? hashOf(second, 'hex') : second }
}

export function hashOf(bytes: string | Buffer, encoding: 'hex'): string
export function hashOf(bytes: string | Buffer): Buffer
export function hashOf(bytes: string | Buffer, encoding: 'hex' | 'buffer' = 'buffer'): string | Buffer {
  return hash('sha256', bytes, encoding)
}

declare const isKept: unique symbol

/** Its bytes are in the database. Only published.ts makes it. */
export type Kept<Value> = Value & { readonly [isKept]: true }
