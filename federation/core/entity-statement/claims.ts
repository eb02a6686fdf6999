/** Defines and parses the claims of Entity Statements (§3.1, §3.2 steps 13-27). */
import {
  parseArray,
  parseEntityIdAt,
  parseNonEmptyArray,
  parseNumericDate,
  parseObject,
  parseString,
} from '../claim.ts'
import { type Constraints, parseConstraints } from '../constraints.ts'
import { type EntityId, parseEndpoint } from '../entity-id.ts'
import { FederationError, quote } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { decodeJwt } from '../jws.ts'
import { type JwkSet, parseJwkSet } from '../keys.ts'
import { type Metadata, parseMetadata } from '../metadata.ts'
import {
  type MetadataPolicy,
  parseMetadataPolicy,
  parseMetadataPolicyCrit,
} from '../metadata-policy/index.ts'
import { formatPath, type Path } from '../path.ts'
import {
  parseTrustMarkIssuers,
  parseTrustMarkOwners,
  type TrustMarkIssuers,
  type TrustMarkOwners,
} from '../trust-mark/recognition.ts'

export type TrustMarkEntry = { trust_mark_type: string; trust_mark: string }

export type EntityStatementClaims = {
  iss: EntityId
  sub: EntityId
  iat: number
  exp: number
  jwks: JwkSet
  metadata?: Metadata
  authority_hints?: EntityId[]
  trust_anchor_hints?: EntityId[]
  trust_marks?: TrustMarkEntry[]
  trust_mark_issuers?: TrustMarkIssuers
  trust_mark_owners?: TrustMarkOwners
  constraints?: Constraints
  metadata_policy?: MetadataPolicy
  metadata_policy_crit?: string[]
  source_endpoint?: string
  crit?: string[]
  [claim: string]: unknown
}

/** What it says apart from when: an entity may sign its configuration again for each request. */
export function withoutTimes({ iat: _iat, exp: _exp, ...claims }: { iat?: unknown; exp?: unknown }): object {
  return claims
}

export type ParseOptions = {
  allowHttp?: boolean | undefined
  /** Claims beyond Core that the caller supports, so that `crit` may list them (§13.4). */
  understoodClaims?: readonly string[] | undefined
}

type Kind = 'an Entity Configuration' | 'a Subordinate Statement'
type Context = { claims: JsonObject; options: ParseOptions }
type Rule = {
  /** The only kind of message that may contain the claim. */
  only?: Kind | 'a message of Explicit Registration'
  required?: true
  parse?(value: unknown, path: Path, context: Context): unknown
}

const parseEntityIds = (value: unknown, path: Path, { options }: Context) =>
  parseNonEmptyArray(value, path, (element, elementPath) => parseEntityIdAt(element, elementPath, options))

const rules: Readonly<Record<string, Rule>> = {
  iss: { required: true, parse: (value, path, { options }) => parseEntityIdAt(value, path, options) },
  sub: { required: true, parse: (value, path, { options }) => parseEntityIdAt(value, path, options) },
  iat: { required: true, parse: parseNumericDate },
  exp: { required: true, parse: parseNumericDate },
  jwks: { required: true, parse: parseJwkSet },
  crit: { parse: parseCrit },
  metadata: { parse: (value, path) => parseMetadata(value, path) },
  authority_hints: { only: 'an Entity Configuration', parse: parseEntityIds },
  trust_anchor_hints: { only: 'an Entity Configuration', parse: parseEntityIds },
  trust_marks: {
    only: 'an Entity Configuration',
    parse: (value, path) => parseArray(value, path, parseTrustMarkEntry),
  },
  trust_mark_issuers: {
    only: 'an Entity Configuration',
    parse: (value, path, { options }) => parseTrustMarkIssuers(value, path, options),
  },
  trust_mark_owners: {
    only: 'an Entity Configuration',
    parse: (value, path, { options }) => parseTrustMarkOwners(value, path, options),
  },
  metadata_policy: {
    only: 'a Subordinate Statement',
    parse: (value, path) => parseMetadataPolicy(value, { path }),
  },
  metadata_policy_crit: {
    only: 'a Subordinate Statement',
    parse: (value, path) => parseMetadataPolicyCrit(value, path),
  },
  constraints: { only: 'a Subordinate Statement', parse: (value, path) => parseConstraints(value, { path }) },
  source_endpoint: {
    only: 'a Subordinate Statement',
    parse: (value, path, { options }) => parseEndpoint(value, path, options),
  },
  aud: { only: 'a message of Explicit Registration' },
  trust_anchor: { only: 'a message of Explicit Registration' },
}

/** Claims that Core defines. `crit` must not list them, and additional claims must not set them. */
export const protectedClaims: ReadonlySet<string> = new Set(Object.keys(rules))

/**
 * Accepts the claims of an Entity Statement. Checks everything that needs no key and no clock.
 * @throws FederationError `invalid_request`, or `invalid_metadata` for metadata and policy
 */
export function parseClaims(claims: JsonObject, options: ParseOptions): EntityStatementClaims {
  const kind: Kind = claims.iss === claims.sub ? 'an Entity Configuration' : 'a Subordinate Statement'
  for (const [name, { only, required, parse }] of Object.entries(rules)) {
    if (!Object.hasOwn(claims, name)) {
      if (required) throw refuse([name], 'is missing')
      continue
    }
    if (only && only !== kind) throw refuse([name], `is only allowed in ${only}, but this is ${kind}`)
    parse?.(claims[name], [name], { claims, options })
  }
  // Every claim of the type was checked by its rule.
  return claims as EntityStatementClaims
}

/** Each name must be a supported claim of the statement that Core does not define (§3.1.1, §13.4). */
function parseCrit(value: unknown, path: Path, { claims, options }: Context): void {
  const names = parseNonEmptyArray(value, path, parseString)
  for (const [index, name] of names.entries()) {
    if (protectedClaims.has(name)) {
      throw refuse(path, `must not list ${quote(name)}, which the specification defines`)
    }
    if (names.indexOf(name) !== index) throw refuse(path, `lists ${quote(name)} twice`)
    if (!Object.hasOwn(claims, name)) {
      throw refuse(path, `lists ${quote(name)}, which the statement does not contain`)
    }
    if (!options.understoodClaims?.includes(name)) {
      throw refuse(path, `lists ${quote(name)}, which is not supported`)
    }
  }
}

/** Checks only syntax and types: an untrusted Trust Mark does not invalidate the statement (§17.5). */
function parseTrustMarkEntry(value: unknown, path: Path): void {
  const entry = parseObject(value, path)
  const type = parseString(entry.trust_mark_type, [...path, 'trust_mark_type'])
  const inner = decodeJwt(parseString(entry.trust_mark, [...path, 'trust_mark'])).claims.trust_mark_type
  if (inner !== type) {
    throw refuse(path, `has the trust_mark_type ${quote(type)}, but its Trust Mark has ${quote(inner)}`)
  }
}

function refuse(path: Path, message: string): FederationError {
  const name = formatPath(path)
  return new FederationError('invalid_request', `${name} ${message}.`, { path, check: name })
}
