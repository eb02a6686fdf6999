/** Resolves an Entity: collects its Trust Chains, selects the first valid one, and resolves the metadata (§10). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError, type FederationErrorCode } from '../errors.ts'
import { getMember } from '../json.ts'
import type { JwkSet } from '../keys.ts'
import type { Metadata } from '../metadata.ts'
import { type CollectFailure, type CollectOptions, collectTrustChains } from './collect.ts'
import { listEntities } from './preference.ts'
import { resolveMetadata } from './resolve-metadata.ts'
import { type TrustChain, validateTrustChain } from './validate.ts'

export type ResolveOptions = CollectOptions & {
  /** Keys of each Trust Anchor, obtained out of band (§10). */
  trustAnchorKeys: Readonly<Record<EntityId, JwkSet>>
  /** Entity Types to return (§8.3). Undefined: all. */
  entityTypes?: readonly string[] | undefined
}

/** A chain that was tried, with its error if it is invalid. */
export type Candidate = { path: EntityId[]; error?: FederationError }

export type ResolvedEntity = {
  chain: TrustChain
  metadata: Metadata
  /** In the order of the attempts. The last one was selected. */
  candidates: Candidate[]
  failures: CollectFailure[]
}

/**
 * Selects the first chain, by preference, that is valid with its metadata policy.
 * @throws FederationError the most relevant failure; `invalid_trust_anchor` if no Trust Anchor has keys
 */
export async function resolveEntity(subject: EntityId, options: ResolveOptions): Promise<ResolvedEntity> {
  const trustAnchors = options.trustAnchors.filter((anchor) => getMember(options.trustAnchorKeys, anchor))
  if (trustAnchors.length === 0) {
    const message = `No keys are configured for the Trust Anchors ${options.trustAnchors.join(', ')}.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  const { chains, failures } = await collectTrustChains(subject, { ...options, trustAnchors })
  const candidates: Candidate[] = []
  for (const statements of chains) {
    const path = listEntities(statements)
    try {
      const resolved = await resolveChain(statements, options)
      candidates.push({ path })
      return { ...resolved, candidates, failures }
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      candidates.push({ path, error })
    }
  }
  throw selectError(subject, trustAnchors, candidates, failures)
}

async function resolveChain(statements: readonly EntityStatement[], options: ResolveOptions) {
  const trustAnchor = statements.at(-1)?.claims.iss ?? ''
  const trustAnchorKeys = getMember(options.trustAnchorKeys, trustAnchor) ?? { keys: [] }
  const chain = await validateTrustChain(statements, { ...options, trustAnchor, trustAnchorKeys })
  checkExpiry(chain, options.now)
  const metadata = resolveMetadata(chain)
  return { chain, metadata: options.entityTypes ? selectTypes(metadata, options.entityTypes) : metadata }
}

/** The clock-skew allowance accepts a chain that has just expired, but a result would be expired too (§10.4). */
function checkExpiry({ subject, exp }: TrustChain, now: number): void {
  if (exp > now) return
  const message = `The Trust Chain of ${subject} has just expired.`
  throw new FederationError('invalid_trust_chain', message, { check: 'exp', subject })
}

function selectTypes(metadata: Metadata, entityTypes: readonly string[]): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([type]) => entityTypes.includes(type)))
}

/** Prefers the error of a chain to that of a branch, and the subject's own failure to those of others. */
function selectError(
  subject: EntityId,
  trustAnchors: readonly EntityId[],
  candidates: readonly Candidate[],
  failures: readonly CollectFailure[],
): FederationError {
  const [candidate] = candidates
  if (candidate?.error) return candidate.error
  const own = failures.find(({ superior }) => superior === undefined)
  const failure = own ?? failures.find(({ error }) => mayPass(error)) ?? failures[0]
  const message = `No Trust Chain leads from ${subject} to ${trustAnchors.join(' or ')}`
  if (!failure) {
    return new FederationError('invalid_trust_chain', `${message}: no authority hint leads there.`)
  }
  const { error, entity, superior } = failure
  const code = isUnusableAnchor(failure, trustAnchors)
    ? 'invalid_trust_anchor'
    : selectCode(error, failure === own)
  const detail = { ...error.detail, subject: entity, ...(superior === undefined ? {} : { issuer: superior }) }
  return new FederationError(code, `${message}: ${error.message}`, detail, { cause: error })
}

/** Whether the Trust Anchor's own Entity Configuration is invalid (§8.9). */
function isUnusableAnchor(
  { superior, isConfiguration, error }: CollectFailure,
  trustAnchors: readonly EntityId[],
): boolean {
  if (!isConfiguration || superior === undefined || !trustAnchors.includes(superior)) return false
  return error.detail.check !== 'limits' && !mayPass(error)
}

/**
 * A temporary failure stays temporary, only a missing subject is `not_found`, and invalid metadata or policy keeps its
 * code (§8.9).
 */
function selectCode(error: FederationError, isOwn: boolean): FederationErrorCode {
  if (mayPass(error)) return 'temporarily_unavailable'
  if (error.code === 'invalid_metadata') return error.code
  return isOwn && error.code === 'not_found' ? 'not_found' : 'invalid_trust_chain'
}

function mayPass({ code, detail }: FederationError): boolean {
  return code === 'temporarily_unavailable' || detail.retryable === true
}
