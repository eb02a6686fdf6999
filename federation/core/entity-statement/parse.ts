/** Parses Entity Statements: everything in §3.2 that needs no key and no clock. */
import { FederationError } from '../errors.ts'
import { type JwsHeader, parseJwt } from '../jws.ts'
import { type EntityStatementClaims, type ParseOptions, parseClaims } from './claims.ts'

export type EntityStatement = { jwt: string; header: JwsHeader; claims: EntityStatementClaims }

export const ENTITY_STATEMENT_TYP = 'entity-statement+jwt'

/** Headers that other signed JWTs may have, but Entity Statements must not (§4.3, §4.4). */
const forbiddenHeaders = ['trust_chain', 'peer_trust_chain']

/**
 * Parses an Entity Configuration (`iss` equals `sub`) or a Subordinate Statement. Does not verify its signature and
 * times.
 * @throws FederationError `invalid_request` or `invalid_metadata`
 */
export function parseEntityStatement(jwt: unknown, options: ParseOptions = {}): EntityStatement {
  const parsed = parseJwt(jwt, { typ: ENTITY_STATEMENT_TYP })
  const forbidden = forbiddenHeaders.find((name) => name in parsed.header)
  if (forbidden) {
    const message = `The header ${forbidden} is not allowed in an Entity Statement.`
    throw new FederationError('invalid_request', message, { check: forbidden })
  }
  return { jwt: parsed.jwt, header: parsed.header, claims: parseClaims(parsed.claims, options) }
}

export function isEntityConfiguration({ claims }: EntityStatement): boolean {
  return claims.iss === claims.sub
}
