/** Validates one Trust Chain, with cheap rules before the signatures (§4, §10.2). */
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

/** A validated chain. `exp` is the earliest expiry of its statements, in unix seconds (§10.4). */
export type TrustChain = {
  subject: EntityId
  trustAnchor: EntityId
  statements: EntityStatement[]
  exp: number
}

export type ValidateOptions = Clock &
  ParseOptions & {
    /** Keys of the Trust Anchor, obtained out of band. */
    trustAnchorKeys: JwkSet
    trustAnchor?: EntityId | undefined
  }

/** Longer than any collected chain, and short enough to limit the cost of validation. */
const MAX_STATEMENTS = 24

/**
 * Validates a chain that starts with the subject's Entity Configuration. The Trust Anchor's at the end is optional
 * (§4). Enforces constraints, but does not apply policy.
 * @throws FederationError `invalid_trust_chain`, or `invalid_metadata` for malformed metadata and policy
 */
export async function validateTrustChain(
  statements: readonly string[] | readonly EntityStatement[],
  options: ValidateOptions,
): Promise<TrustChain> {
  checkLength(statements.length)
  const chain: EntityStatement[] = []
  for (const [position, statement] of statements.entries()) {
    chain.push(atPosition(position, () => read(statement, options)))
  }
  const subject = checkSubject(chain)
  const trustAnchor = checkLinks(chain, subject)
  if (options.trustAnchor !== undefined && trustAnchor !== options.trustAnchor) {
    throw refuse('trust_anchor', `The Trust Chain ends at ${trustAnchor}, not at ${options.trustAnchor}.`)
  }
  const clock = { now: options.now, skew: options.skew }
  for (const [position, statement] of chain.entries()) {
    atPosition(position, () => validateEntityStatement(statement, clock))
  }
  checkConstraints(chain)
  await verifySignatures(chain, options.trustAnchorKeys, clock)
  return { subject, trustAnchor, statements: chain, exp: Math.min(...chain.map(({ claims }) => claims.exp)) }
}

function read(statement: string | EntityStatement, options: ParseOptions): EntityStatement {
  return typeof statement === 'string' ? parseEntityStatement(statement, options) : statement
}

function checkLength(length: number): void {
  if (length === 0) throw refuse('length', 'A Trust Chain must have at least one statement.')
  if (length > MAX_STATEMENTS) {
    const message = `The Trust Chain has ${length} statements. At most ${MAX_STATEMENTS} are allowed.`
    throw refuse('length', message)
  }
}

function checkSubject([configuration]: readonly EntityStatement[]): EntityId {
  if (!configuration || !isEntityConfiguration(configuration)) {
    throw refuse('subject', 'A Trust Chain must start with the Entity Configuration of its subject.', 0)
  }
  return configuration.claims.sub
}

/** Follows the chain upwards and returns its last issuer, the Trust Anchor. */
function checkLinks(chain: readonly EntityStatement[], subject: EntityId): EntityId {
  const entities = [subject]
  for (const [below, { claims }] of chain.slice(1).entries()) {
    const position = below + 1
    const expected = entities.at(-1)
    if (claims.sub !== expected) {
      throw refuse('link', `The statement is about ${claims.sub}, not about ${expected}.`, position)
    }
    // The Trust Anchor's own Entity Configuration may end the chain.
    if (claims.iss === claims.sub && position === chain.length - 1 && position > 1) break
    if (entities.includes(claims.iss)) {
      throw refuse('loop', `The Trust Chain returns to ${claims.iss}.`, position)
    }
    entities.push(claims.iss)
  }
  checkAuthorityHints(chain)
  return entities.at(-1) ?? subject
}

/** §3.2 step 6. The chain does not contain the hints of Intermediates. */
function checkAuthorityHints([configuration, statement]: readonly EntityStatement[]): void {
  const superior = statement?.claims.iss
  if (superior === undefined || configuration?.claims.authority_hints?.includes(superior)) return
  throw refuse(
    'authority_hints',
    `${superior} is not one of the authority hints of ${configuration?.claims.sub}.`,
    1,
  )
}

/** Verifies each statement with the keys in the statement above it, from the Trust Anchor down. */
async function verifySignatures(
  chain: readonly EntityStatement[],
  trustAnchorKeys: JwkSet,
  at: Clock,
): Promise<void> {
  for (const [position, statement] of [...chain.entries()].reverse()) {
    const keys = chain[position + 1]?.claims.jwks ?? trustAnchorKeys
    await verifyAt(position, statement, keys, at)
  }
  // The subject's Entity Configuration must also verify with its own keys (§10.2).
  const [configuration] = chain
  if (configuration) await verifyAt(0, configuration, configuration.claims.jwks, at)
}

async function verifyAt(
  position: number,
  statement: EntityStatement,
  keys: JwkSet,
  at: Clock,
): Promise<void> {
  try {
    await verifySignature(statement, keys, at)
  } catch (error) {
    throw addPosition(position, error)
  }
}

function atPosition<T>(position: number, rule: () => T): T {
  try {
    return rule()
  } catch (error) {
    throw addPosition(position, error)
  }
}

/** Adds the position of the statement to the error of a rule. */
function addPosition(position: number, error: unknown): unknown {
  if (!(error instanceof FederationError)) return error
  const code = error.code === 'invalid_metadata' ? error.code : 'invalid_trust_chain'
  const message = `Statement ${position} of the Trust Chain: ${error.message}`
  return new FederationError(code, message, { ...error.detail, statement: position }, { cause: error })
}

function refuse(check: string, message: string, statement?: number): FederationError {
  const detail = { check, ...(statement === undefined ? {} : { statement }) }
  return new FederationError('invalid_trust_chain', message, detail)
}
