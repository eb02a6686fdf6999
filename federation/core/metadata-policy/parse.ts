/** Reads one `metadata_policy`: its structure, the values of its operators, and their combination (§6.1.2, §6.1.3). */
import { FederationError, quote, refuseAt } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import { formatPath, type Path } from '../path.ts'
import { combinations } from './combinations.ts'
import { type Findings, finding, stopAtFirst } from './findings.ts'
import { findOperator } from './operators.ts'
import { isScope, isScopeOperatorValue, scopeOperatorValue } from './scope.ts'

/** Entity Type -> metadata parameter -> operator -> operator value. */
export type MetadataPolicy = Record<string, Record<string, ParameterPolicy>>
/** Operator -> its value. */
export type ParameterPolicy = Record<string, unknown>

const CRIT: Path = ['metadata_policy_crit']

/**
 * Accepts a metadata policy and returns it unchanged. Operators that are not understood are ignored unless
 * `crit`, collected over the whole Trust Chain, names them (§6.1.3.2).
 * @throws FederationError `invalid_metadata`
 */
export function parseMetadataPolicy(
  value: unknown,
  options: { crit?: Iterable<string>; path?: Path } = {},
): MetadataPolicy {
  checkCriticalOperators(options.crit ?? [])
  stopAtFirst(readPolicy(value, options.path))
  // Three levels of objects have just been read.
  return value as MetadataPolicy
}

/**
 * Accepts a `metadata_policy_crit` claim: names of operators beyond the standard ones that are understood
 * (§3.1.3, §3.2 step 18). None is understood here, so no such claim can be accepted.
 * @throws FederationError `invalid_metadata`
 */
export function parseMetadataPolicyCrit(value: unknown, path: Path = CRIT): string[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every((name) => typeof name === 'string')) {
    throw refuseAt(path, 'must be a non-empty array of operator names', 'invalid_metadata')
  }
  checkCriticalOperators(value, path)
  return value
}

/** @throws FederationError `invalid_metadata` */
export function checkCriticalOperators(names: Iterable<string>, path: Path = CRIT): void {
  for (const name of names) {
    const fault = findOperator(name)
      ? 'which is a standard operator and must not be listed'
      : 'an operator that is not understood here'
    const detail = { path, operator: name, check: 'metadata_policy_crit' }
    throw new FederationError(
      'invalid_metadata',
      `${formatPath(path)} lists ${quote(name)}, ${fault}`,
      detail,
    )
  }
}

/** Returns what is left of the policy without its faulty parts and without operators that are not understood. */
export function* readPolicy(value: unknown, path: Path = []): Findings<MetadataPolicy> {
  const types: [string, Record<string, ParameterPolicy>][] = []
  for (const [type, parameters] of yield* readObject(value, path.length > 0 ? path : ['metadata_policy'])) {
    const read: [string, ParameterPolicy][] = []
    for (const [parameter, operators] of yield* readObject(parameters, [...path, type])) {
      const place = [...path, type, parameter]
      read.push([parameter, yield* readParameter(operators, place, isScope(type, parameter))])
    }
    types.push([type, Object.fromEntries(read)])
  }
  return Object.fromEntries(types)
}

function* readParameter(value: unknown, path: Path, isScopeParameter: boolean): Findings<ParameterPolicy> {
  const read: [string, unknown][] = []
  for (const [name, given] of yield* readObject(value, path)) {
    const operator = findOperator(name)
    if (!operator) continue
    const operatorValue = isScopeParameter ? scopeOperatorValue(name, given) : given
    if (!operator.value.has(operatorValue)) {
      yield finding(path, `must be ${operator.value.name}, not ${quote(given)}`, name)
    } else if (isScopeParameter && !isScopeOperatorValue(operatorValue)) {
      yield finding(path, `must hold scope values, which are strings, not ${quote(given)}`, name)
    } else read.push([name, operatorValue])
  }
  const policy = Object.fromEntries(read)
  yield* checkCombinations(policy, path)
  return policy
}

/** Checked for every policy of its own and again after every merge (§6.1.4.1). */
export function* checkCombinations(policy: ParameterPolicy, path: Path): Findings<void> {
  for (const { operators, isAllowed, rule } of combinations) {
    const [first, second] = operators
    if (!Object.hasOwn(policy, first) || !Object.hasOwn(policy, second)) continue
    if (!isAllowed(policy[first], policy[second])) yield finding(path, `cannot be combined: ${rule}`, second)
  }
}

function* readObject(value: unknown, path: Path): Findings<[string, unknown][]> {
  if (isJsonObject(value)) return Object.entries(value)
  yield finding(path, `must be a JSON object, not ${quote(value)}`)
  return []
}
