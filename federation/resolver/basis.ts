/** The mutable inputs of a resolve response, to detect when it is stale. */
import { hash } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { computeEntityTag } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { type Publishers, publishedBy } from './published-here.ts'
import type { TrustAnchor } from './trust-anchor.ts'

/** Issuer and subject, which are the same for an Entity Configuration. */
type Part = readonly [EntityId, EntityId]

export type Basis = {
  /** The statements of the chain that this installation publishes. */
  published: readonly Part[]
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

/**
 * `stored` is the result of `readStored` before the resolution, so a change during the resolution makes the response
 * stale.
 */
export function describeBasis(
  statements: readonly EntityStatement[],
  circumstances: Circumstances,
  { stored, ...publishers }: Publishers & { stored: string },
): Basis {
  const ours = statements.filter(({ claims }) => publishedBy(claims.iss, publishers))
  const tags = ours.map(({ jwt }) => computeEntityTag(jwt))
  return {
    published: ours.map(({ claims }) => [claims.iss, claims.sub]),
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
  publishers: Publishers,
): Promise<(() => boolean) | undefined> {
  const { entityId, reader } = publishers
  const { subject } = circumstances
  const [stored, pinned, parts] = await Promise.all([
    readInputs(reader, subject),
    reader.trustAnchors(),
    Promise.all(basis.published.map((part) => readPart(part, publishers))),
  ])
  const tags = parts.map((published) => published?.etag)
  if (computeFingerprint(circumstances, describeStored(stored), tags) !== basis.fingerprint) return undefined
  const { peek } = reader
  const issuers = [...new Set([entityId, ...basis.published.map(([issuer]) => issuer)])]
  const stateOf = (issuer: EntityId) => publishedBy(issuer, publishers)?.peek.state()
  let seen: (object | undefined)[] = []
  const isSeen = (issuer: EntityId, at: number) => seen[at] !== undefined && stateOf(issuer) === seen[at]
  return () => {
    if (issuers.every(isSeen)) return true
    const states = issuers.map(stateOf)
    const areSame =
      peek.trustMarksOf(subject) === stored.marks &&
      peek.subordinateConfigurationTag(subject) === (stored.configuration ?? null) &&
      peek.trustAnchors() === pinned &&
      basis.published.every((part, at) => peekPart(part, publishers) === (parts[at] ?? null))
    seen = areSame ? states : []
    return areSame
  }
}

const readPart = ([issuer, subject]: Part, publishers: Publishers) => {
  const reader = publishedBy(issuer, publishers)
  return issuer === subject ? reader?.entityConfiguration() : reader?.subordinateStatement(subject)
}

const peekPart = ([issuer, subject]: Part, publishers: Publishers) => {
  const peek = publishedBy(issuer, publishers)?.peek
  return issuer === subject ? peek?.entityConfiguration() : peek?.subordinateStatement(subject)
}

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
