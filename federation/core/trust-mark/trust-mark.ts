/** Trust Marks: statements of conformity about an Entity, by an accredited issuer (§7.1, §7.3). */
import { type AdditionalClaims, parseAdditionalClaims } from '../additional-claims.ts'
import { parseEntityIdAt, parseNumericDate, parseString, parseUrl } from '../claim.ts'
import type { EntityId } from '../entity-id.ts'
import { FederationError, quote } from '../errors.ts'
import { member } from '../json.ts'
import { type JwsHeader, parseJwt, verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import type { Path } from '../path.ts'
import { type Clock, checkValidity } from '../validity.ts'
import { verifyDelegation } from './delegation.ts'
import type { TrustMarkOwners } from './recognition.ts'

export const TRUST_MARK_TYP = 'trust-mark+jwt'

export type TrustMarkClaims = {
  iss: EntityId
  sub: EntityId
  trust_mark_type: string
  iat: number
  exp?: number
  logo_uri?: string
  ref?: string
  delegation?: string
  [claim: string]: unknown
}

export type TrustMark = { jwt: string; header: JwsHeader; claims: TrustMarkClaims }

type ParseOptions = { allowHttp?: boolean | undefined }
type Rule = { required: boolean; parse(value: unknown, path: Path, options: ParseOptions): unknown }

const rules: Readonly<Record<string, Rule>> = {
  iss: { required: true, parse: parseEntityIdAt },
  sub: { required: true, parse: parseEntityIdAt },
  trust_mark_type: { required: true, parse: parseString },
  iat: { required: true, parse: parseNumericDate },
  exp: { required: false, parse: parseNumericDate },
  logo_uri: { required: false, parse: parseUrl },
  ref: { required: false, parse: parseUrl },
  delegation: { required: false, parse: parseString },
}

/** Claims that say what the mark is; an operator's additional claims must not take them. */
export const trustMarkProtectedClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'trust_mark_type', 'iat', 'exp', 'jti', 'delegation'],
  // No claim that Core does not define is understood here, so a mark with `crit` could not be accepted (§13.4).
  'crit',
])

/**
 * Times are unix seconds; without `exp` the mark never expires.
 * @throws FederationError `invalid_request` for additional claims that take a protected name
 */
export function buildTrustMark(input: {
  issuer: EntityId
  subject: EntityId
  type: string
  iat: number
  exp?: number | undefined
  /** Tells the mark from others that say the same in the same second. */
  jti?: string | undefined
  logoUri?: string | undefined
  ref?: string | undefined
  delegation?: string | undefined
  additionalClaims?: AdditionalClaims | undefined
}): TrustMarkClaims {
  const claims: TrustMarkClaims = {
    ...parseAdditionalClaims(input.additionalClaims ?? {}, trustMarkProtectedClaims),
    iss: input.issuer,
    sub: input.subject,
    trust_mark_type: input.type,
    iat: Math.floor(input.iat),
    ...(input.exp === undefined ? {} : { exp: Math.floor(input.exp) }),
    ...(input.jti === undefined ? {} : { jti: input.jti }),
    ...(input.logoUri === undefined ? {} : { logo_uri: input.logoUri }),
    ...(input.ref === undefined ? {} : { ref: input.ref }),
    ...(input.delegation === undefined ? {} : { delegation: input.delegation }),
  }
  for (const name of ['logo_uri', 'ref']) if (name in claims) parseUrl(claims[name], [name])
  return claims
}

/**
 * Reads a Trust Mark; its signature, its times and the trust in its issuer are still to be verified.
 * @throws FederationError `invalid_request`
 */
export function parseTrustMark(jwt: unknown, options: ParseOptions = {}): TrustMark {
  const parsed = parseJwt(jwt, { typ: TRUST_MARK_TYP })
  const { claims } = parsed
  for (const [name, { required, parse }] of Object.entries(rules)) {
    if (name in claims) parse(claims[name], [name], options)
    else if (required) throw refuse(name, `has no ${name}`)
  }
  if ('crit' in claims) throw refuse('crit', 'makes claims critical that are not understood here')
  // Every claim of the type has just been checked by its rule.
  return { ...parsed, claims: claims as TrustMarkClaims }
}

/**
 * Verifies a Trust Mark with its issuer's keys, which a Trust Chain must have vouched for before (§7.3).
 * `owners` are the `trust_mark_owners` of the Trust Anchor of that chain.
 * @throws FederationError `invalid_request`
 */
export async function verifyTrustMark(
  jwt: unknown,
  options: Clock &
    ParseOptions & {
      issuer?: EntityId
      subject?: EntityId
      issuerKeys: JwkSet
      owners?: TrustMarkOwners | undefined
    },
): Promise<TrustMark> {
  const mark = parseTrustMark(jwt, options)
  const { iss, sub } = mark.claims
  const { issuer = iss, subject = sub } = options
  if (iss !== issuer) throw refuse('iss', `was issued by ${iss}, not by ${issuer}`)
  if (sub !== subject) throw refuse('sub', `is about ${sub}, not about ${subject}`)
  checkValidity(mark.claims, options, 'the Trust Mark')
  await verifySignature(mark, options.issuerKeys)
  await checkDelegation(mark.claims, options)
  return mark
}

/** A type with an owner needs a delegation (step 8), and one that cannot be verified is no delegation (step 9). */
async function checkDelegation(
  { iss, trust_mark_type: type, delegation }: TrustMarkClaims,
  options: Clock & ParseOptions & { owners?: TrustMarkOwners | undefined },
): Promise<void> {
  const owner = member(options.owners, type)
  if (owner && delegation === undefined) {
    throw refuse('delegation', `has no delegation by ${owner.sub}, who owns the type ${quote(type)}`)
  }
  if (delegation === undefined) return
  if (!owner) {
    throw refuse('delegation', `has a delegation, but the Trust Anchor names no owner of ${quote(type)}`)
  }
  await verifyDelegation(delegation, {
    ...options,
    owner: owner.sub,
    ownerKeys: owner.jwks,
    issuer: iss,
    type,
  })
}

function refuse(check: string, message: string): FederationError {
  return new FederationError('invalid_request', `the Trust Mark ${message}`, { path: [check], check })
}
