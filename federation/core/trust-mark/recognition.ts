/** Parses the issuers and owners of Trust Mark types in a Trust Anchor's configuration (§3.1.2). */
import { parseArray, parseEntityIdAt, parseObject } from '../claim.ts'
import type { EntityId } from '../entity-id.ts'
import { getMember } from '../json.ts'
import { type JwkSet, parseJwkSet } from '../keys.ts'
import type { Path } from '../path.ts'

/** Trust Mark type -> its issuers. An empty list allows any issuer. */
export type TrustMarkIssuers = Record<string, EntityId[]>

/** Trust Mark type -> its owner, with the keys of its delegations. */
export type TrustMarkOwners = Record<string, TrustMarkOwner>

export type TrustMarkOwner = { sub: EntityId; jwks: JwkSet; [other: string]: unknown }

type Options = { allowHttp?: boolean | undefined }

/** @throws FederationError `invalid_request` */
export function parseTrustMarkIssuers(
  value: unknown,
  path: Path = ['trust_mark_issuers'],
  options: Options = {},
): TrustMarkIssuers {
  const types = Object.entries(parseObject(value, path))
  return Object.fromEntries(
    types.map(([type, issuers]) => [
      type,
      parseArray(issuers, [...path, type], (issuer, issuerPath) =>
        parseEntityIdAt(issuer, issuerPath, options),
      ),
    ]),
  )
}

/** @throws FederationError `invalid_request` */
export function parseTrustMarkOwners(
  value: unknown,
  path: Path = ['trust_mark_owners'],
  options: Options = {},
): TrustMarkOwners {
  const types = Object.entries(parseObject(value, path))
  return Object.fromEntries(
    types.map(([type, owner]) => [type, parseTrustMarkOwner(owner, [...path, type], options)]),
  )
}

/** @throws FederationError `invalid_request` */
export function parseTrustMarkOwner(value: unknown, path: Path, options: Options = {}): TrustMarkOwner {
  const owner = parseObject(value, path)
  const sub = parseEntityIdAt(owner.sub, [...path, 'sub'], options)
  const jwks = parseJwkSet(owner.jwks, [...path, 'jwks'])
  return { ...owner, sub, jwks }
}

/**
 * Whether the Trust Anchor lists the mark's type, and allows its issuer to issue that type. A type that is not listed
 * is not recognized (§7, §8.3).
 */
export function isRecognizedTrustMark(
  claims: { iss: EntityId; trust_mark_type: string },
  issuers: Record<string, string[]> | undefined,
): boolean {
  const allowed = getMember(issuers, claims.trust_mark_type)
  return allowed !== undefined && (allowed.length === 0 || allowed.includes(claims.iss))
}
