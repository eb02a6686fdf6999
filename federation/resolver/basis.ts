/** What a resolve response was made from of all that may change here, to tell whether it still stands. */
import { createHash } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { entityTag } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type Basis = {
  /** Whose statements by us are in the chain; under our own identifier it is our Entity Configuration. */
  own: readonly EntityId[]
  /** The state of everything, to compare. */
  fingerprint: string
}

/** What a response depends on besides the statements of its chain. */
export type Circumstances = {
  subject: EntityId
  anchors: readonly TrustAnchor[]
  /** The key that signs. */
  kid: string
}

type Stores = { entityId: EntityId; reader: Reader }

/**
 * `stored` is what `readStored` said before the resolution, so that a change in the middle of it makes the response
 * stale and not the other way.
 */
export function describeBasis(
  statements: readonly EntityStatement[],
  circumstances: Circumstances,
  { entityId, stored }: { entityId: EntityId; stored: string },
): Basis {
  const ours = statements.filter(({ claims }) => claims.iss === entityId)
  const tags = ours.map(({ jwt }) => entityTag(jwt))
  return { own: ours.map(({ claims }) => claims.sub), fingerprint: fingerprint(circumstances, stored, tags) }
}

/** The subject's stored Entity Configuration and the marks issued to it here. */
export async function readStored(reader: Reader, subject: EntityId): Promise<string> {
  const [configuration, marks] = await Promise.all([
    reader.subordinateConfiguration(subject),
    reader.trustMarksOf(subject),
  ])
  return JSON.stringify([configuration?.etag, marks.map(({ mark }) => mark.etag)])
}

/** Whether everything is as it was. It asks the reader only, which knows most answers from memory. */
export async function isUnchanged(
  basis: Basis,
  circumstances: Circumstances,
  stores: Stores,
): Promise<boolean> {
  const [stored, ...tags] = await Promise.all([
    readStored(stores.reader, circumstances.subject),
    ...basis.own.map((subject) => readTag(subject, stores)),
  ])
  return fingerprint(circumstances, stored, tags) === basis.fingerprint
}

async function readTag(subject: EntityId, { entityId, reader }: Stores): Promise<string | undefined> {
  const published = await (subject === entityId
    ? reader.entityConfiguration()
    : reader.subordinateStatement(subject))
  return published?.etag
}

function fingerprint(
  { anchors, kid }: Circumstances,
  stored: string,
  own: readonly (string | undefined)[],
): string {
  return JSON.stringify([kid, anchors.map(({ id, keys }) => [id, digest(keys)]), stored, own])
}

/** A set of keys is replaced when it changes, so that each is looked at once. */
const digests = new WeakMap<JwkSet, string>()

function digest(keys: JwkSet): string {
  const known = digests.get(keys) ?? createHash('sha256').update(JSON.stringify(keys)).digest('base64url')
  digests.set(keys, known)
  return known
}
