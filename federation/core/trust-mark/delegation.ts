/** Builds and verifies delegations, which let the owner of a Trust Mark type authorize issuers (§7.2). */
import { parseEntityIdAt, parseNumericDate, parseString, parseUrl } from '../claim.ts'
import type { EntityId } from '../entity-id.ts'
import { FederationError } from '../errors.ts'
import { type JwsHeader, parseJwt, verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import { type Clock, checkValidity } from '../validity.ts'

export const TRUST_MARK_DELEGATION_TYP = 'trust-mark-delegation+jwt'

export type DelegationClaims = {
  iss: EntityId
  sub: EntityId
  trust_mark_type: string
  iat: number
  exp?: number
  ref?: string
  [claim: string]: unknown
}

export type Delegation = { jwt: string; header: JwsHeader; claims: DelegationClaims }

/** Times are unix seconds. Without `exp`, the delegation never expires. */
export function buildDelegation(input: {
  owner: EntityId
  issuer: EntityId
  type: string
  iat: number
  exp?: number | undefined
  ref?: string | undefined
}): DelegationClaims {
  return {
    iss: input.owner,
    sub: input.issuer,
    trust_mark_type: input.type,
    iat: Math.floor(input.iat),
    ...(input.exp === undefined ? {} : { exp: Math.floor(input.exp) }),
    ...(input.ref === undefined ? {} : { ref: parseUrl(input.ref, ['ref']) }),
  }
}

/**
 * Verifies a delegation with the owner's keys from the Trust Anchor (§7.2.2).
 * @throws FederationError `invalid_request`
 */
export async function verifyDelegation(
  jwt: unknown,
  options: Clock & {
    owner: EntityId
    ownerKeys: JwkSet
    issuer: EntityId
    type: string
    allowHttp?: boolean | undefined
  },
): Promise<Delegation> {
  const delegation = parseDelegation(jwt, options)
  const { claims } = delegation
  if (claims.sub !== options.issuer) {
    throw refuse('sub', `is for ${claims.sub}, but the issuer is ${options.issuer}`)
  }
  if (claims.iss !== options.owner) {
    throw refuse('iss', `is from ${claims.iss}, but the owner is ${options.owner}`)
  }
  checkValidity(claims, options, 'The delegation')
  if (claims.trust_mark_type !== options.type) {
    throw refuse(
      'trust_mark_type',
      `is for the type ${claims.trust_mark_type}, but the mark has ${options.type}`,
    )
  }
  await verifySignature(delegation, options.ownerKeys, options)
  return delegation
}

function parseDelegation(jwt: unknown, options: { allowHttp?: boolean | undefined }): Delegation {
  const parsed = parseJwt(jwt, { typ: TRUST_MARK_DELEGATION_TYP })
  const { claims } = parsed
  parseEntityIdAt(claims.iss, ['delegation', 'iss'], options)
  parseEntityIdAt(claims.sub, ['delegation', 'sub'], options)
  parseString(claims.trust_mark_type, ['delegation', 'trust_mark_type'])
  parseNumericDate(claims.iat, ['delegation', 'iat'])
  if ('exp' in claims) parseNumericDate(claims.exp, ['delegation', 'exp'])
  if ('ref' in claims) parseUrl(claims.ref, ['delegation', 'ref'])
  // Every claim of the type was checked above.
  return { ...parsed, claims: claims as DelegationClaims }
}

function refuse(check: string, message: string): FederationError {
  return new FederationError('invalid_request', `The delegation ${message}.`, { path: ['delegation'], check })
}
