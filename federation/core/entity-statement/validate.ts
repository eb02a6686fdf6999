/** Validates one Entity Statement against what was asked for, the clock, and its issuer's keys (§3.2). */
import type { EntityId } from '../entity-id.ts'
import { FederationError } from '../errors.ts'
import { verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import { type Clock, checkValidity } from '../validity.ts'
import type { ParseOptions } from './claims.ts'
import { type EntityStatement, isEntityConfiguration, parseEntityStatement } from './parse.ts'

/**
 * Checks issuer and subject where they are given, and that `now` (unix seconds) lies between `iat` and `exp`
 * with a leeway of `skew` seconds (steps 4-8).
 * @throws FederationError `invalid_request`
 */
export function validateEntityStatement(
  statement: EntityStatement,
  options: Clock & { issuer?: EntityId | undefined; subject?: EntityId | undefined },
): void {
  const { iss, sub } = statement.claims
  const { issuer = iss, subject = sub } = options
  if (sub !== subject) throw refuse('sub', `is about ${sub}, not about ${subject}`)
  if (iss !== issuer) throw refuse('iss', `was issued by ${iss}, not by ${issuer}`)
  const kind = isEntityConfiguration(statement) ? 'Entity Configuration' : 'Subordinate Statement'
  checkValidity(statement.claims, options, `the ${kind} of ${sub}`)
}

type VerifyOptions = Clock & ParseOptions

/**
 * Reads and verifies an Entity Configuration, by default with the keys it states itself; that proves
 * possession of the keys, and trust only comes from a Trust Chain (§10).
 * @throws FederationError `invalid_request` or `invalid_metadata`
 */
export async function verifyEntityConfiguration(
  jwt: unknown,
  options: VerifyOptions & { entityId: EntityId; keys?: JwkSet },
): Promise<EntityStatement> {
  const { entityId, keys } = options
  const statement = parseEntityStatement(jwt, options)
  validateEntityStatement(statement, { ...options, issuer: entityId, subject: entityId })
  await verifySignature(statement, keys ?? statement.claims.jwks)
  return statement
}

/**
 * Reads and verifies a Subordinate Statement with its issuer's keys.
 * @throws FederationError `invalid_request` or `invalid_metadata`
 */
export async function verifySubordinateStatement(
  jwt: unknown,
  options: VerifyOptions & { issuer: EntityId; subject: EntityId; keys: JwkSet },
): Promise<EntityStatement> {
  const statement = parseEntityStatement(jwt, options)
  validateEntityStatement(statement, options)
  await verifySignature(statement, options.keys)
  return statement
}

function refuse(check: string, message: string): FederationError {
  return new FederationError('invalid_request', `the Entity Statement ${message}`, { check, path: [check] })
}
