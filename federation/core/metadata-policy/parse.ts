/** Parses a `metadata_policy`: its structure, the values of its operators, and their combinations (§6.1.2, §6.1.3). */
import { FederationError, quote, refuseAt } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import { formatPath, type Path } from '../path.ts'
import { combinations } from './combinations.ts'
import { createFinding, type Findings, stopAtFirst } from './findings.ts'
import { explainUnknown, findOperator } from './operators.ts'
import { isScope, isScopeOperatorValue, parseScopeOperatorValue } from './scope.ts'

/** Entity Type -> metadata parameter -> operator -> operator value. */
export type MetadataPolicy = Record<string, Record<string, ParameterPolicy>>
/** Operator -> its value. */
export type ParameterPolicy = Record<string, unknown>

const CRIT: Path = ['metadata_policy_crit']

/**
 * Accepts a metadata policy and returns it unchanged. Unknown operators are ignored, unless they are in `crit`, which
 * covers the whole Trust Chain (§6.1.3.2). With `authoring` they are refused: a reader would ignore what the author wrote.
 * @throws FederationError `invalid_metadata`
 */
export function parseMetadataPolicy(
  value: unknown,
  options: { crit?: Iterable<string>; path?: Path; authoring?: boolean } = {},
): MetadataPolicy {
  checkCriticalOperators(options.crit ?? [])
  stopAtFirst(readPolicy(value, options))
  // The three levels of objects were checked above.
  return value as MetadataPolicy
}

/**
 * Checks a `metadata_policy_crit` claim: names of additional operators (§3.1.3, §3.2 step 18). We support none, so
 * every claim is refused.
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
    const finding = findOperator(name)
      ? 'which is a standard operator. Remove it.'
      : 'which is not a supported operator.'
    const detail = { path, operator: name, check: 'metadata_policy_crit' }
    throw new FederationError(
      'invalid_metadata',
      `${formatPath(path)} lists ${quote(name)}, ${finding}`,
      detail,
    )
  }
}

type Reading = { path?: Path; authoring?: boolean }

/** Returns the policy without invalid parts and unknown operators. */
export function* readPolicy(
  value: unknown,
  { path = [], authoring = false }: Reading = {},
): Findings<MetadataPolicy> {
  const types: [string, Record<string, ParameterPolicy>][] = []
  for (const [type, parameters] of yield* readObject(value, path.length > 0 ? path : ['metadata_policy'])) {
    const read: [string, ParameterPolicy][] = []
    for (const [parameter, operators] of yield* readObject(parameters, [...path, type])) {
      const parameterPath = [...path, type, parameter]
      const options = { isScopeParameter: isScope(type, parameter), authoring }
      read.push([parameter, yield* readParameter(operators, parameterPath, options)])
    }
    types.push([type, Object.fromEntries(read)])
  }
  return Object.fromEntries(types)
}

/** The names of operators that readers ignore (§6.1.3.2). */
export function findUnknownOperators(policy: MetadataPolicy): string[] {
  const named = Object.values(policy)
    .flatMap((parameters) => Object.values(parameters))
    .flatMap((operators) => Object.keys(operators))
  return [...new Set(named.filter((name) => !findOperator(name)))]
}

function* readParameter(
  value: unknown,
  path: Path,
  { isScopeParameter, authoring }: { isScopeParameter: boolean; authoring: boolean },
): Findings<ParameterPolicy> {
  const read: [string, unknown][] = []
  for (const [name, given] of yield* readObject(value, path)) {
    const operator = findOperator(name)
    if (!operator) {
      if (authoring) yield createFinding(path, explainUnknown(name), name)
      continue
    }
    const operatorValue = isScopeParameter ? parseScopeOperatorValue(name, given) : given
    if (!operator.value.has(operatorValue)) {
      yield createFinding(path, `must be ${operator.value.name}, not ${quote(given)}`, name)
    } else if (isScopeParameter && !isScopeOperatorValue(operatorValue)) {
      yield createFinding(path, `must contain only strings as scope values, not ${quote(given)}`, name)
    } else read.push([name, operatorValue])
  }
  const policy = Object.fromEntries(read)
  yield* checkCombinations(policy, path)
  return policy
}

/** Runs for every policy, and again after every merge (§6.1.4.1). */
export function* checkCombinations(policy: ParameterPolicy, path: Path): Findings<void> {
  for (const { operators, isAllowed, rule } of combinations) {
    const [first, second] = operators
    if (!Object.hasOwn(policy, first) || !Object.hasOwn(policy, second)) continue
    if (!isAllowed(policy[first], policy[second])) {
      yield createFinding(path, `cannot be combined with ${first}: ${rule}`, second)
    }
  }
}

function* readObject(value: unknown, path: Path): Findings<[string, unknown][]> {
  if (isJsonObject(value)) return Object.entries(value)
  yield createFinding(path, `must be a JSON object, not ${quote(value)}`)
  return []
}
