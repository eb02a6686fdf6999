/** What is wrong with a claim while it is typed, by the very rules of the domain: the server will say the same. */
import { parseConstraints } from '#core/constraints.ts'
import { parseEntityId } from '#core/entity-id.ts'
import { protectedClaims } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { parseJwkSet } from '#core/keys.ts'
import { parseMetadata } from '#core/metadata.ts'
import { explainMetadataPolicy, type MetadataPolicy } from '#core/metadata-policy/index.ts'
import {
  parseTrustMarkIssuers,
  parseTrustMarkOwners,
  trustMarkProtectedClaims,
} from '#core/trust-mark/index.ts'
import { isRecord } from '#lib/json/json.ts'

export interface Finding {
  /** Dotted, from the claim inwards: `openid_provider.scopes_supported`, `naming_constraints.permitted`. */
  path: string
  message: string
}

/** Every finding in a policy (§6.1), also where it contradicts the federation's, into which it would be merged. */
export function policyFindings(policy: unknown, federation: unknown = {}): Finding[] {
  const levels = [federation, policy].map((value) => ({ issuer: '', policy: value as MetadataPolicy })) // read anew there
  return explainMetadataPolicy(levels, {}).errors.map(({ path, message }) => {
    const subject = `${path}: `
    return { path, message: message.startsWith(subject) ? message.slice(subject.length) : message }
  })
}

export const constraintsFindings = (value: unknown) =>
  firstFinding('constraints', () => parseConstraints(value, { authoring: true }))

export const jwksFindings = (value: unknown) => firstFinding('jwks', () => parseJwkSet(value))

export const metadataFindings = (value: unknown) =>
  firstFinding('metadata', () => parseMetadata(value, 'metadata'))

/** Plain HTTP is for loopback, and whether it may be used here only the server knows. */
const lenient = { allowHttp: true }

export const issuersFindings = (value: unknown) =>
  firstFinding('issuers', () => parseTrustMarkIssuers(value, 'issuers', lenient))

export const ownersFindings = (value: unknown) =>
  firstFinding('owners', () => parseTrustMarkOwners(value, 'owners', lenient))

/** A single owner is judged as one of many: its type is of no matter. */
export const ownerFindings = (value: unknown): Finding[] =>
  firstFinding('owners.type', () => parseTrustMarkOwners({ type: value }, 'owners', lenient))

/** Keys of Trust Anchors by their identifiers (§10). */
export function pinnedKeysFindings(value: unknown): Finding[] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([id, jwks]) => [
    ...firstFinding('id', () => parseEntityId(id, lenient)).map(({ message }) => ({ path: id, message })),
    ...jwksFindings(jwks).map(({ path, message }) => ({ path: path === '' ? id : `${id}.${path}`, message })),
  ])
}

/** The parameters of one Entity Type, without the type around them. */
export const parametersFindings = (type: string) => (value: unknown) =>
  metadataFindings({ [type]: value }).map(({ path, message }) => ({
    path: path === type ? '' : path.slice(type.length + 1),
    message,
  }))

export const statementClaimsFindings = (value: unknown) => reservedFindings(value, protectedClaims)

/** Each mark has an identifier that is ours to give, beside what makes it a mark. */
export const markClaimsFindings = (value: unknown) =>
  reservedFindings(value, new Set([...trustMarkProtectedClaims, 'jti']))

function reservedFindings(value: unknown, reserved: ReadonlySet<string>): Finding[] {
  const names = isRecord(value) ? Object.keys(value).filter((name) => reserved.has(name)) : []
  return names.map((path) => ({
    path,
    message: `${path} is a claim of the specification, which is set for you. Choose another name.`,
  }))
}

/** These parsers stop at the first fault. */
function firstFinding(root: string, parse: () => unknown): Finding[] {
  try {
    parse()
    return []
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const path = error.detail.path ?? ''
    return [{ path: path === root ? '' : path.replace(`${root}.`, ''), message: error.message }]
  }
}
