/** Builds, parses and verifies Trust Marks (§7.1, §7.3). */
import { type AdditionalClaims, parseAdditionalClaims } from '../additional-claims.ts'
import { parseEntityIdAt, parseNumericDate, parseString, parseUrl } from '../claim.ts'
import type { EntityId } from '../entity-id.ts'
import { FederationError, quote } from '../errors.ts'
import { getMember } from '../json.ts'
import { type JwsHeader, parseJwt, verifySignature } from '../jws.ts'
import type { JwkSet } from '../keys.ts'
import type { Path } from '../path.ts'
import type { StatusClaim } from '../status-list.ts'
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

/** `expires` is the earlier `exp` of the mark and its delegation, in unix seconds; Infinity if neither has one. */
export type VerifiedTrustMark = TrustMark & { expires: number }

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

/** Claims that additional claims must not set. */
export const trustMarkProtectedClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'trust_mark_type', 'iat', 'exp', 'jti', 'delegation'],
  // We support no claim beyond Core, so we would refuse a mark with `crit` (§13.4).
  'crit',
])

/**
 * Times are unix seconds. Without `exp`, the mark never expires.
 * @throws FederationError `invalid_request` for additional claims with a protected name
 */
export function buildTrustMark(input: {
  issuer: EntityId
  subject: EntityId
  type: string
  iat: number
  exp?: number | undefined
  /** Distinguishes marks with the same content from the same second. */
  jti?: string | undefined
  logoUri?: string | undefined
  ref?: string | undefined
  delegation?: string | undefined
  /** Replaces a `status` among the additional claims. */
  status?: StatusClaim | undefined
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
    ...(input.status === undefined ? {} : { status: input.status }),
  }
  for (const name of ['logo_uri', 'ref']) if (name in claims) parseUrl(claims[name], [name])
  return claims
}

/**
 * Parses a Trust Mark. Does not verify its signature, its times or its issuer.
 * @throws FederationError `invalid_request`
 */
export function parseTrustMark(jwt: unknown, options: ParseOptions = {}): TrustMark {
  const parsed = parseJwt(jwt, { typ: TRUST_MARK_TYP })
  const { claims } = parsed
  for (const [name, { required, parse }] of Object.entries(rules)) {
    if (name in claims) parse(claims[name], [name], options)
    else if (required) throw refuse(name, `has no ${name}`)
  }
  if ('crit' in claims) throw refuse('crit', 'has unsupported critical claims')
  // Every claim of the type was checked by its rule.
  return { ...parsed, claims: claims as TrustMarkClaims }
}

type VerifyOptions = Clock &
  ParseOptions & {
    issuer?: EntityId
    subject?: EntityId
    issuerKeys: JwkSet
    owners?: TrustMarkOwners | undefined
  }

/**
 * Verifies a Trust Mark with its issuer's keys, which must come from a valid Trust Chain (§7.3).
 * `owners` are the `trust_mark_owners` of that chain's Trust Anchor.
 * @throws FederationError `invalid_request`
 */
export async function verifyTrustMark(jwt: unknown, options: VerifyOptions): Promise<VerifiedTrustMark> {
  return verifyParsedTrustMark(parseTrustMark(jwt, options), options)
}

/** As `verifyTrustMark`. @throws FederationError `invalid_request` */
export async function verifyParsedTrustMark(
  mark: TrustMark,
  options: VerifyOptions,
): Promise<VerifiedTrustMark> {
  const { iss, sub } = mark.claims
  const { issuer = iss, subject = sub } = options
  if (iss !== issuer) throw refuse('iss', `is from ${iss}, not from ${issuer}`)
  if (sub !== subject) throw refuse('sub', `is about ${sub}, not about ${subject}`)
  checkValidity(mark.claims, options, 'The Trust Mark')
  await verifySignature(mark, options.issuerKeys, options)
  const delegated = await checkDelegation(mark.claims, options)
  return { ...mark, expires: Math.min(mark.claims.exp ?? Infinity, delegated) }
}

/**
 * Requires a valid delegation where the type has an owner, and none elsewhere (steps 8 and 9). Returns its `exp`;
 * Infinity without one.
 * @throws FederationError `invalid_request`
 */
export async function checkDelegation(
  { iss, trust_mark_type: type, delegation }: Pick<TrustMarkClaims, 'iss' | 'trust_mark_type' | 'delegation'>,
  options: Clock & ParseOptions & { owners?: TrustMarkOwners | undefined },
): Promise<number> {
  const owner = getMember(options.owners, type)
  if (owner && delegation === undefined) {
    throw refuse('delegation', `has no delegation from ${owner.sub}, the owner of the type ${quote(type)}`)
  }
  if (delegation === undefined) return Infinity
  if (!owner) {
    throw refuse(
      'delegation',
      `has a delegation, but the Trust Anchor lists no owner of the type ${quote(type)}`,
    )
  }
  const { claims } = await verifyDelegation(delegation, {
    ...options,
    owner: owner.sub,
    ownerKeys: owner.jwks,
    issuer: iss,
    type,
  })
  return claims.exp ?? Infinity
}

function refuse(check: string, message: string): FederationError {
  return new FederationError('invalid_request', `The Trust Mark ${message}.`, { path: [check], check })
}
