/** What is wrong with a claim while it is typed, by the very rules of the domain: the server will say the same. */
import { parseConstraints } from '#core/constraints.ts'
import { FederationError } from '#core/errors.ts'
import { parseJwkSet } from '#core/keys.ts'
import { parseMetadata } from '#core/metadata.ts'
import { explainMetadataPolicy, type MetadataPolicy } from '#core/metadata-policy/index.ts'

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
