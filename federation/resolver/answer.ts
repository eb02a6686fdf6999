/** Describes a cached resolve response: its inputs, its expiry and when to renew it. */
import { hash } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { computeEntityTag, type PublishedJwt, readPublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { type Publishers, publishedBy } from './published-here.ts'
import type { TrustAnchor } from './trusted-keys.ts'

export type Query = {
  /** Equal for queries with the same response. */
  key: string
  subject: EntityId
  /** The requested anchors that we know. Any may be used. */
  anchors: readonly TrustAnchor[]
  /** Empty: all. */
  entityTypes: readonly string[]
  /** The authenticated client, the only one that may use the response. */
  audience: EntityId | undefined
}

/** Times are unix seconds. */
export type Answer = {
  response: PublishedJwt
  basis: Basis
  made: number
  /** End of use. */
  until: number
  /** Start of renewal, before `until`. */
  renewFrom: number
  /** Whether the same query would get it again, without asking Redis. Undefined until it was found to be valid. */
  isSame?: () => boolean
}

/** Seconds. Other entities do not announce changes. With the age of their statements and a minute of HTTP caches: nine minutes. */
const MAX_AGE = 240

/** The last part of the lifetime, in which each process renews at a random time. */
const JITTER = 0.25

export function describeQuery({ subject, anchors, entityTypes, audience }: Omit<Query, 'key'>): Query {
  const key = JSON.stringify([subject, anchors.map(({ id }) => id), entityTypes, audience ?? null])
  return { key, subject, anchors, entityTypes, audience }
}

export function describeAnswer(jwt: string, basis: Basis, made: number): Answer {
  const response = readPublishedJwt(jwt)
  const until = Math.min(response.expires ?? made, made + MAX_AGE)
  // Rounded down, so that at least the last second is left for renewal.
  const renewFrom = made + Math.floor((until - made) * (1 - JITTER * Math.random()))
  return { response, basis, made, until, renewFrom }
}

/** Issuer and subject, which are the same for an Entity Configuration. */
type Part = readonly [EntityId, EntityId]

type Basis = {
  /** The statements of the chain that this installation publishes. */
  published: readonly Part[]
  /** A hash of the state of all inputs, for comparison. */
  fingerprint: string
}

/** The inputs of a response besides the statements of its chain. */
type Circumstances = {
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
