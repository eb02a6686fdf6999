/** Merges the metadata policies of a Trust Chain into one, Trust Anchor first (§6.1.4.1). */
import { quote } from '../errors.ts'
import { getMember } from '../json.ts'
import type { Path } from '../path.ts'
import { createFinding, type Findings, stopAtFirst } from './findings.ts'
import { findOperator } from './operators.ts'
import {
  checkCombinations,
  checkCriticalOperators,
  type MetadataPolicy,
  type ParameterPolicy,
  readPolicy,
} from './parse.ts'

/**
 * `policies` start with the Trust Anchor's and end with the Immediate Superior's. `crit` has the critical operator
 * names of all statements of the chain.
 * @throws FederationError `invalid_metadata`
 */
export function mergeMetadataPolicies(
  policies: readonly MetadataPolicy[],
  options: { crit?: Iterable<string> } = {},
): MetadataPolicy {
  checkCriticalOperators(options.crit ?? [])
  return policies
    .map((policy) => stopAtFirst(readPolicy(policy)))
    .reduce((superior, subordinate) => stopAtFirst(mergePolicies(superior, subordinate)), {})
}

/** Merges two parsed policies. On a contradiction, the Superior's part stays. */
export function* mergePolicies(
  superior: MetadataPolicy,
  subordinate: MetadataPolicy,
): Findings<MetadataPolicy> {
  return yield* mergeMembers(superior, subordinate, function* (type, upper, lower) {
    return yield* mergeMembers(upper, lower, function* (parameter, above, below) {
      return yield* mergeParameter(above, below, [type, parameter])
    })
  })
}

function* mergeParameter(
  superior: ParameterPolicy,
  subordinate: ParameterPolicy,
  path: Path,
): Findings<ParameterPolicy> {
  const merged = yield* mergeMembers(superior, subordinate, function* (name, above, below) {
    const value = findOperator(name)?.merge(above, below)
    if (value !== undefined) return value
    yield createFinding(path, `${quote(below)} contradicts ${quote(above)}, which a Superior has set`, name)
    return above
  })
  yield* checkCombinations(merged, path)
  return merged
}

/** Copies members of one side, and merges members of both. */
function* mergeMembers<T>(
  superior: Readonly<Record<string, T>>,
  subordinate: Readonly<Record<string, T>>,
  merge: (name: string, above: T, below: T) => Findings<T>,
): Findings<Record<string, T>> {
  const merged = new Map(Object.entries(superior))
  for (const [name, below] of Object.entries(subordinate)) {
    const above = getMember(superior, name)
    merged.set(name, above === undefined ? below : yield* merge(name, above, below))
  }
  return Object.fromEntries(merged)
}
