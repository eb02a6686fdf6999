/** Checks a claim during input by the rules of core, which the server applies too. */
import { parseAdditionalClaims } from '#core/additional-claims.ts'
import { parseConstraints } from '#core/constraints.ts'
import { parseEntityId } from '#core/entity-id.ts'
import { protectedClaims } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import { parseJwkSet } from '#core/keys.ts'
import { parseMetadata, parseParameters } from '#core/metadata.ts'
import { explainMetadataPolicy, type MetadataPolicy } from '#core/metadata-policy/index.ts'
import { formatPath, type Path } from '#core/path.ts'
import {
  parseTrustMarkIssuers,
  parseTrustMarkOwner,
  parseTrustMarkOwners,
  trustMarkProtectedClaims,
} from '#core/trust-mark/index.ts'
import { isRecord } from '#lib/json/json.ts'

export interface Finding {
  /** Relative to the claim. */
  path: Path
  message: string
}

/** The findings about the value at `place` itself. */
export const findingsAt = (findings: readonly Finding[], place: Path) =>
  findings.filter(({ path }) => isJsonEqual(path, place))

/** The findings about the value at `place` and everything in it. */
export const findingsWithin = (findings: readonly Finding[], place: Path) =>
  findings.filter(({ path }) => isJsonEqual(path.slice(0, place.length), place))

/** All findings in a policy (§6.1), including contradictions with the federation's policy, into which it is merged. */
export function policyFindings(policy: unknown, federation: unknown = {}): Finding[] {
  const level = (value: unknown) => ({ issuer: '', policy: value as MetadataPolicy }) // parsed again there
  const levels = [level(federation), { ...level(policy), authoring: true }]
  return explainMetadataPolicy(levels, {}).errors.map(({ path, message }) => {
    const subject = `${formatPath(path)}: `
    return { path, message: message.startsWith(subject) ? message.slice(subject.length) : message }
  })
}

export const constraintsFindings = (value: unknown) =>
  firstFinding('constraints', (path) => parseConstraints(value, { path, authoring: true }))

export const jwksFindings = (value: unknown) => firstFinding('jwks', (path) => parseJwkSet(value, path))

export const metadataFindings = (value: unknown) =>
  firstFinding('metadata', (path) => parseMetadata(value, path))

/** Checks the parameters of one Entity Type. */
export const parametersFindings = (type: string) => (value: unknown) =>
  firstFinding(type, (path) => parseParameters(type, value, path))

/** Only the server knows whether plain HTTP is allowed here. */
const lenient = { allowHttp: true }

export const issuersFindings = (value: unknown) =>
  firstFinding('issuers', (path) => parseTrustMarkIssuers(value, path, lenient))

export const ownersFindings = (value: unknown) =>
  firstFinding('owners', (path) => parseTrustMarkOwners(value, path, lenient))

export const ownerFindings = (value: unknown) =>
  firstFinding('owner', (path) => parseTrustMarkOwner(value, path, lenient))

/** Checks the keys of Trust Anchors by identifier (§10). */
export function pinnedKeysFindings(value: unknown): Finding[] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([id, jwks]) => {
    const found = [...firstFinding('id', () => parseEntityId(id, lenient)), ...jwksFindings(jwks)]
    return found.map(({ path, message }) => ({ path: [id, ...path], message }))
  })
}

export const statementClaimsFindings = (value: unknown) =>
  firstFinding('additional claims', (path) => parseAdditionalClaims(value, protectedClaims, path))

export const markClaimsFindings = (value: unknown) =>
  firstFinding('additional claims', (path) => parseAdditionalClaims(value, trustMarkProtectedClaims, path))

/** These parsers stop at the first fault. `name` is the parser's name of the claim. */
function firstFinding(name: string, parse: (path: Path) => unknown): Finding[] {
  try {
    parse([name])
    return []
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    return [{ path: error.detail.path?.slice(1) ?? [], message: error.message }]
  }
}
