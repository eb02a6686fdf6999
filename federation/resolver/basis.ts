/** The mutable inputs of a resolve response, to detect when it is stale. */
import { hash } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { computeEntityTag } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type Basis = {
  /** Subjects of our own statements in the chain. Our own identifier stands for our Entity Configuration. */
  own: readonly EntityId[]
  /** A hash of the state of all inputs, for comparison. */
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
  return describeStored(await readInputs(reader, subject))
}

async function readInputs(reader: Reader, subject: EntityId) {
  const [configuration, marks] = await Promise.all([
    reader.subordinateConfigurationTag(subject),
    reader.trustMarksOf(subject),
  ])
  return { configuration, marks }
}

const describeStored = ({ configuration, marks }: Awaited<ReturnType<typeof readInputs>>) =>
  JSON.stringify([configuration, marks.map(({ etag }) => etag)])

/**
 * Whether the inputs are still the same. If so, returns a check of that which reads nothing: as long as the reader
 * returns the same objects, nothing has changed.
 */
export async function watchBasis(
  basis: Basis,
  circumstances: Circumstances,
  stores: Stores,
): Promise<(() => boolean) | undefined> {
  const { reader } = stores
  const { subject } = circumstances
  const [stored, pinned, own] = await Promise.all([
    readInputs(reader, subject),
    reader.trustAnchors(),
    Promise.all(basis.own.map((id) => readOwn(id, stores))),
  ])
  const tags = own.map((published) => published?.etag)
  if (computeFingerprint(circumstances, describeStored(stored), tags) !== basis.fingerprint) return undefined
  const { peek } = reader
  let seen: object | undefined
  return () => {
    const state = peek.state()
    if (state && state === seen) return true
    const areSame =
      peek.trustMarksOf(subject) === stored.marks &&
      peek.subordinateConfigurationTag(subject) === (stored.configuration ?? null) &&
      peek.trustAnchors() === pinned &&
      basis.own.every((id, at) => peekOwn(id, stores) === (own[at] ?? null))
    seen = areSame ? state : undefined
    return areSame
  }
}

const readOwn = (id: EntityId, { entityId, reader }: Stores) =>
  id === entityId ? reader.entityConfiguration() : reader.subordinateStatement(id)

const peekOwn = (id: EntityId, { entityId, reader: { peek } }: Stores) =>
  id === entityId ? peek.entityConfiguration() : peek.subordinateStatement(id)

function computeFingerprint(
  { anchors, kid }: Circumstances,
  stored: string,
  own: readonly (string | undefined)[],
): string {
  const inputs = [kid, anchors.map(({ id, keys }) => [id, computeDigest(keys)]), stored, own]
  return hash('sha256', JSON.stringify(inputs), 'base64url')
}

/** A key set is replaced when it changes, so its digest is computed once. */
const digests = new WeakMap<JwkSet, string>()

function computeDigest(keys: JwkSet): string {
  const digest = digests.get(keys) ?? hash('sha256', JSON.stringify(keys), 'base64url')
  digests.set(keys, digest)
  return digest
}
