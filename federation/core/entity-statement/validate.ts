/** Validates an Entity Statement: issuer, subject, times and signature (§3.2). */
import type { EntityId } from '../entity-id.ts'
import { FederationError } from '../errors.ts'
import { verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import { type Clock, checkValidity } from '../validity.ts'
import type { ParseOptions } from './claims.ts'
import { type EntityStatement, isEntityConfiguration, parseEntityStatement } from './parse.ts'

/**
 * Checks issuer and subject, if given, and that `now` (unix seconds) is between `iat` and `exp` with an allowance of
 * `skew` seconds (steps 4-8).
 * @throws FederationError `invalid_request`
 */
export function validateEntityStatement(
  statement: EntityStatement,
  options: Clock & { issuer?: EntityId | undefined; subject?: EntityId | undefined },
): void {
  const { iss, sub } = statement.claims
  const { issuer = iss, subject = sub } = options
  if (sub !== subject) throw refuse('sub', `is about ${sub}, not about ${subject}`)
  if (iss !== issuer) throw refuse('iss', `is from ${iss}, not from ${issuer}`)
  const kind = isEntityConfiguration(statement) ? 'Entity Configuration' : 'Subordinate Statement'
  checkValidity(statement.claims, options, `The ${kind} of ${sub}`)
}

type VerifyOptions = Clock & ParseOptions

/**
 * Parses, if necessary, and verifies an Entity Configuration, by default with its own keys. That only proves possession of the keys;
 * trust requires a Trust Chain (§10).
 * @throws FederationError `invalid_request` or `invalid_metadata`
 */
export async function verifyEntityConfiguration(
  given: string | EntityStatement,
  options: VerifyOptions & { entityId: EntityId; keys?: JwkSet },
): Promise<EntityStatement> {
  const { entityId, keys } = options
  const statement = typeof given === 'string' ? parseEntityStatement(given, options) : given
  validateEntityStatement(statement, { ...options, issuer: entityId, subject: entityId })
  await verifySignature(statement, keys ?? statement.claims.jwks, options)
  return statement
}

/**
 * Parses and verifies a Subordinate Statement with its issuer's keys.
 * @throws FederationError `invalid_request` or `invalid_metadata`
 */
export async function verifySubordinateStatement(
  jwt: unknown,
  options: VerifyOptions & { issuer: EntityId; subject: EntityId; keys: JwkSet },
): Promise<EntityStatement> {
  const statement = parseEntityStatement(jwt, options)
  validateEntityStatement(statement, options)
  await verifySignature(statement, options.keys, options)
  return statement
}

function refuse(check: string, message: string): FederationError {
  return new FederationError('invalid_request', `The Entity Statement ${message}.`, { check, path: [check] })
}
