/** The mutable inputs of a resolve response, to detect when it is stale. */
import { createHash } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { computeEntityTag } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type Basis = {
  /** Subjects of our own statements in the chain. Our own identifier stands for our Entity Configuration. */
  own: readonly EntityId[]
  /** The state of all inputs, for comparison. */
  fingerprint: string
}

/** The inputs of a response besides the statements of its chain. */
export type Circumstances = {
  subject: EntityId
  anchors: readonly TrustAnchor[]
  /** The current signing key. */
  kid: string
}

type Stores = { entityId: EntityId; reader: Reader }

/**
 * `stored` is the result of `readStored` before the resolution, so a change during the resolution makes the response
 * stale.
 */
export function describeBasis(
  statements: readonly EntityStatement[],
  circumstances: Circumstances,
  { entityId, stored }: { entityId: EntityId; stored: string },
): Basis {
  const ours = statements.filter(({ claims }) => claims.iss === entityId)
  const tags = ours.map(({ jwt }) => computeEntityTag(jwt))
  return {
    own: ours.map(({ claims }) => claims.sub),
    fingerprint: computeFingerprint(circumstances, stored, tags),
  }
}

/** Describes the subject's stored Entity Configuration and the marks that we issued to it. */
export async function readStored(reader: Reader, subject: EntityId): Promise<string> {
  const [configuration, marks] = await Promise.all([
    reader.subordinateConfiguration(subject),
    reader.trustMarksOf(subject),
  ])
  return JSON.stringify([configuration?.etag, marks.map(({ mark }) => mark.etag)])
}

/** Whether the inputs are still the same. Reads from the reader only, which caches in memory. */
export async function isUnchanged(
  basis: Basis,
  circumstances: Circumstances,
  stores: Stores,
): Promise<boolean> {
  const [stored, ...tags] = await Promise.all([
    readStored(stores.reader, circumstances.subject),
    ...basis.own.map((subject) => readTag(subject, stores)),
  ])
  return computeFingerprint(circumstances, stored, tags) === basis.fingerprint
}

async function readTag(subject: EntityId, { entityId, reader }: Stores): Promise<string | undefined> {
  const published = await (subject === entityId
    ? reader.entityConfiguration()
    : reader.subordinateStatement(subject))
  return published?.etag
}

function computeFingerprint(
  { anchors, kid }: Circumstances,
  stored: string,
  own: readonly (string | undefined)[],
): string {
  return JSON.stringify([kid, anchors.map(({ id, keys }) => [id, computeDigest(keys)]), stored, own])
}

/** A key set is replaced when it changes, so its digest is computed once. */
const digests = new WeakMap<JwkSet, string>()

function computeDigest(keys: JwkSet): string {
  const digest = digests.get(keys) ?? createHash('sha256').update(JSON.stringify(keys)).digest('base64url')
  digests.set(keys, digest)
  return digest
}
