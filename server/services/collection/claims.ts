/** The claims that decide how an entity below an Intermediate resolves, compressed for storage. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { EntityStatement, EntityStatementClaims } from '#core/entity-statement/index.ts'

/** What is kept of an Entity Configuration: its metadata, and the key that signed it. */
export type EntityClaims = { kid: string; metadata?: EntityStatementClaims['metadata'] | undefined }

const decisive = ['metadata', 'metadata_policy', 'metadata_policy_crit', 'constraints'] as const

/** What is kept of a statement: the key that signed it, the keys that it vouches for, and its rules. */
export type StatementClaims = { kid: string; kids: string[] } & Pick<
  EntityStatementClaims,
  (typeof decisive)[number]
>

/** Characters as JSON (§18.1). What is larger is not kept, and its entity not evaluated. */
const MAX_LENGTH = 256 * 1024

export function packEntity({ header, claims }: EntityStatement): Uint8Array<ArrayBuffer> | null {
  return pack({ kid: header.kid, metadata: claims.metadata } satisfies EntityClaims)
}

export function packStatement({ header, claims }: EntityStatement): Uint8Array<ArrayBuffer> | null {
  const kids = claims.jwks.keys.map(({ kid }) => kid)
  const kept = Object.fromEntries(decisive.map((name) => [name, claims[name]]))
  return pack({ kid: header.kid, kids, ...kept } satisfies StatementClaims)
}

function pack(value: object): Uint8Array<ArrayBuffer> | null {
  const text = JSON.stringify(value)
  return text.length > MAX_LENGTH ? null : new Uint8Array(deflateRawSync(text))
}

export const unpackEntity = (bytes: Uint8Array): EntityClaims => unpack(bytes)
export const unpackStatement = (bytes: Uint8Array): StatementClaims => unpack(bytes)

/** Core parsed the claims before they were packed. */
function unpack<Claims>(bytes: Uint8Array): Claims {
  return JSON.parse(inflateRawSync(bytes).toString()) as Claims // packed here
}
