/** Validates one candidate Trust Chain, rule by rule, the cheap rules before the signatures (§4, §10.2). */
import type { EntityId } from '../entity-id.ts'
import {
  type EntityStatement,
  isEntityConfiguration,
  type ParseOptions,
  parseEntityStatement,
  validateEntityStatement,
} from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'
import { verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import type { Clock } from '../validity.ts'
import { checkConstraints } from './check-constraints.ts'

/** A chain that has been validated. `exp` is the earliest of its statements, in unix seconds (§10.4). */
export type TrustChain = {
  subject: EntityId
  trustAnchor: EntityId
  statements: EntityStatement[]
  exp: number
}

export type ValidateOptions = Clock &
  ParseOptions & {
    /** Keys of the Trust Anchor that were obtained out of band. */
    trustAnchorKeys: JwkSet
    trustAnchor?: EntityId | undefined
  }

/** Longer than any chain that is collected here, and short enough to be validated without harm. */
const MAX_STATEMENTS = 24

/**
 * Validates a chain that begins with the subject's Entity Configuration and ends with the Trust Anchor's, which
 * may be left out (§4). Constraints are enforced; policy is not applied.
 * @throws FederationError `invalid_trust_chain`, or `invalid_metadata` for metadata and policy that are malformed
 */
export async function validateTrustChain(
  statements: readonly string[] | readonly EntityStatement[],
  options: ValidateOptions,
): Promise<TrustChain> {
  checkLength(statements.length)
  const chain: EntityStatement[] = []
  for (const [position, statement] of statements.entries()) {
    chain.push(await at(position, () => read(statement, options)))
  }
  const subject = checkSubject(chain)
  const trustAnchor = checkLinks(chain, subject)
  if (options.trustAnchor !== undefined && trustAnchor !== options.trustAnchor) {
    throw refuse('trust_anchor', `the Trust Chain ends at ${trustAnchor}, not at ${options.trustAnchor}`)
  }
  const clock = { now: options.now, skew: options.skew }
  for (const [position, statement] of chain.entries()) {
    await at(position, () => validateEntityStatement(statement, clock))
  }
  checkConstraints(chain)
  await verifySignatures(chain, options.trustAnchorKeys)
  return { subject, trustAnchor, statements: chain, exp: Math.min(...chain.map(({ claims }) => claims.exp)) }
}

function read(statement: string | EntityStatement, options: ParseOptions): EntityStatement {
  return typeof statement === 'string' ? parseEntityStatement(statement, options) : statement
}

function checkLength(length: number): void {
  if (length === 0) throw refuse('length', 'a Trust Chain has at least one statement')
  if (length > MAX_STATEMENTS) throw refuse('length', `a Trust Chain of ${length} statements is too long`)
}

function checkSubject([configuration]: readonly EntityStatement[]): EntityId {
  if (!configuration || !isEntityConfiguration(configuration)) {
    throw refuse('subject', 'a Trust Chain begins with the Entity Configuration of its subject', 0)
  }
  return configuration.claims.sub
}

/** Follows the chain upwards to its last issuer, which is the Trust Anchor. */
function checkLinks(chain: readonly EntityStatement[], subject: EntityId): EntityId {
  const entities = [subject]
  for (const [below, { claims }] of chain.slice(1).entries()) {
    const position = below + 1
    const expected = entities.at(-1)
    if (claims.sub !== expected) {
      throw refuse('link', `the statement is about ${claims.sub}, not about ${expected}`, position)
    }
    // The Trust Anchor's own Entity Configuration may close the chain.
    if (claims.iss === claims.sub && position === chain.length - 1 && position > 1) break
    if (entities.includes(claims.iss)) {
      throw refuse('loop', `the Trust Chain comes back to ${claims.iss}`, position)
    }
    entities.push(claims.iss)
  }
  checkAuthorityHints(chain)
  return entities.at(-1) ?? subject
}

/** §3.2 step 6; what an Intermediate hints at does not stand in the chain. */
function checkAuthorityHints([configuration, statement]: readonly EntityStatement[]): void {
  const superior = statement?.claims.iss
  if (superior === undefined || configuration?.claims.authority_hints?.includes(superior)) return
  throw refuse(
    'authority_hints',
    `${superior} is not among the authority hints of ${configuration?.claims.sub}`,
    1,
  )
}

/** From the Trust Anchor down, as trust goes: each statement by the keys that the one above it states. */
async function verifySignatures(chain: readonly EntityStatement[], trustAnchorKeys: JwkSet): Promise<void> {
  for (const [position, statement] of [...chain.entries()].reverse()) {
    const keys = chain[position + 1]?.claims.jwks ?? trustAnchorKeys
    await at(position, () => verifySignature(statement, keys))
  }
  // The subject's Entity Configuration must verify by its own keys as well (§10.2).
  const [configuration] = chain
  if (configuration) await at(0, () => verifySignature(configuration, configuration.claims.jwks))
}

/** Says in which statement of the chain a rule failed. */
async function at<T>(position: number, rule: () => T | Promise<T>): Promise<T> {
  try {
    return await rule()
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const code = error.code === 'invalid_metadata' ? error.code : 'invalid_trust_chain'
    const message = `statement ${position} of the Trust Chain: ${error.message}`
    throw new FederationError(code, message, { ...error.detail, statement: position }, { cause: error })
  }
}

function refuse(check: string, message: string, statement?: number): FederationError {
  const detail = { check, ...(statement === undefined ? {} : { statement }) }
  return new FederationError('invalid_trust_chain', message, detail)
}
