/** Resolves an Entity: collects its Trust Chains, takes the first that holds, and resolves the metadata (§10). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError, type FederationErrorCode } from '../errors.ts'
import { member } from '../json.ts'
import type { JwkSet } from '../keys.ts'
import type { Metadata } from '../metadata.ts'
import { type CollectFailure, type CollectOptions, collectTrustChains } from './collect.ts'
import { entityPath } from './preference.ts'
import { resolveMetadata } from './resolve-metadata.ts'
import { type TrustChain, validateTrustChain } from './validate.ts'

export type ResolveOptions = CollectOptions & {
  /** The keys of each Trust Anchor, obtained out of band (§10). */
  trustAnchorKeys: Readonly<Record<EntityId, JwkSet>>
  /** Entity Types to return; all when absent. One that the subject lacks is absent from the answer (§8.3). */
  entityTypes?: readonly string[] | undefined
}

/** A chain that was tried, with the reason it was passed over if it was. */
export type Candidate = { path: EntityId[]; error?: FederationError }

export type ResolvedEntity = {
  chain: TrustChain
  metadata: Metadata
  /** In the order in which they were tried; the last is the one chosen. */
  candidates: Candidate[]
  failures: CollectFailure[]
}

/**
 * Takes the first chain, by preference, that holds with its metadata policy.
 * @throws FederationError the most telling failure when none does; `invalid_trust_anchor` without keys for any
 */
export async function resolveEntity(subject: EntityId, options: ResolveOptions): Promise<ResolvedEntity> {
  const trustAnchors = options.trustAnchors.filter((anchor) => member(options.trustAnchorKeys, anchor))
  if (trustAnchors.length === 0) {
    const message = `no keys are configured for any of the Trust Anchors ${options.trustAnchors.join(', ')}`
    throw new FederationError('invalid_trust_anchor', message)
  }
  const { chains, failures } = await collectTrustChains(subject, { ...options, trustAnchors })
  const candidates: Candidate[] = []
  for (const statements of chains) {
    const path = entityPath(statements)
    try {
      const resolved = await resolveChain(statements, options)
      candidates.push({ path })
      return { ...resolved, candidates, failures }
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      candidates.push({ path, error })
    }
  }
  throw mostTelling(subject, trustAnchors, candidates, failures)
}

async function resolveChain(statements: readonly EntityStatement[], options: ResolveOptions) {
  const trustAnchor = statements.at(-1)?.claims.iss ?? ''
  const trustAnchorKeys = member(options.trustAnchorKeys, trustAnchor) ?? { keys: [] }
  const chain = await validateTrustChain(statements, { ...options, trustAnchor, trustAnchorKeys })
  checkExpiry(chain, options.now)
  const metadata = resolveMetadata(chain)
  return { chain, metadata: options.entityTypes ? select(metadata, options.entityTypes) : metadata }
}

/** The leeway for clocks lets a chain pass that has just expired, but nothing concluded from it could hold (§10.4). */
function checkExpiry({ subject, exp }: TrustChain, now: number): void {
  if (exp > now) return
  const message = `the Trust Chain of ${subject} has just expired`
  throw new FederationError('invalid_trust_chain', message, { check: 'exp', subject })
}

function select(metadata: Metadata, entityTypes: readonly string[]): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([type]) => entityTypes.includes(type)))
}

/** A chain that almost held says more than a branch that ended, and the subject's own fault more than another's. */
function mostTelling(
  subject: EntityId,
  trustAnchors: readonly EntityId[],
  candidates: readonly Candidate[],
  failures: readonly CollectFailure[],
): FederationError {
  const [candidate] = candidates
  if (candidate?.error) return candidate.error
  const own = failures.find(({ superior }) => superior === undefined)
  const failure = own ?? failures.find(({ error }) => mayPass(error)) ?? failures[0]
  const message = `no Trust Chain leads from ${subject} to ${trustAnchors.join(' or ')}`
  if (!failure) {
    return new FederationError('invalid_trust_chain', `${message}: no authority hint goes that way`)
  }
  const { error, entity, superior } = failure
  const code = isUnusableAnchor(failure, trustAnchors)
    ? 'invalid_trust_anchor'
    : failureCode(error, failure === own)
  const detail = { ...error.detail, subject: entity, ...(superior === undefined ? {} : { issuer: superior }) }
  return new FederationError(code, `${message}: ${error.message}`, detail, { cause: error })
}

/** One that does not publish what it must, which is nobody's fault on the way there (§8.9). */
function isUnusableAnchor(
  { superior, isConfiguration, error }: CollectFailure,
  trustAnchors: readonly EntityId[],
): boolean {
  if (!isConfiguration || superior === undefined || !trustAnchors.includes(superior)) return false
  return error.detail.check !== 'limits' && !mayPass(error)
}

/**
 * A fault of the moment must not look like a verdict, only the subject itself can be what was not found, and metadata
 * or policy that is invalid has a code of its own (§8.9).
 */
function failureCode(error: FederationError, isOwn: boolean): FederationErrorCode {
  if (mayPass(error)) return 'temporarily_unavailable'
  if (error.code === 'invalid_metadata') return error.code
  return isOwn && error.code === 'not_found' ? 'not_found' : 'invalid_trust_chain'
}

function mayPass({ code, detail }: FederationError): boolean {
  return code === 'temporarily_unavailable' || detail.retryable === true
}
