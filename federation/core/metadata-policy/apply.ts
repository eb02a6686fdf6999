/** Applies a merged metadata policy to the metadata of the Trust Chain's subject (§6.1.4.2). */
import { type FederationError, quote } from '../errors.ts'
import { member } from '../json.ts'
import type { Metadata } from '../metadata.ts'
import { finding, stopAtFirst } from './findings.ts'
import { type Operator, operators } from './operators.ts'
import { type MetadataPolicy, type ParameterPolicy, readPolicy } from './parse.ts'
import { isScope, joinScope, splitScope } from './scope.ts'

/** One operator at work; undefined is a parameter that is absent. */
export type PolicyStep = {
  entityType: string
  parameter: string
  operator: string
  value: unknown
  before: unknown
  after: unknown
  error?: FederationError
}

/**
 * Returns the Resolved Metadata. Entity Types that the subject does not have are not created.
 * @throws FederationError `invalid_metadata`
 */
export function applyMetadataPolicy(policy: MetadataPolicy, metadata: Metadata): Metadata {
  return runPolicy(stopAtFirst(readPolicy(policy)), metadata, ({ error }) => {
    if (error) throw error
  })
}

/** Runs a policy that has been read; `onStep` decides whether a failed step ends it. */
export function runPolicy(
  policy: MetadataPolicy,
  metadata: Metadata,
  onStep: (step: PolicyStep) => void,
): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).map(([entityType, parameters]) => {
      const resolved = new Map(Object.entries(parameters))
      for (const [parameter, operators] of Object.entries(member(policy, entityType) ?? {})) {
        const value = runParameter(
          { entityType, parameter, operators, value: resolved.get(parameter) },
          onStep,
        )
        if (value === undefined) resolved.delete(parameter)
        else resolved.set(parameter, value)
      }
      return [entityType, Object.fromEntries(resolved)]
    }),
  )
}

/** Absent parameters run as well: `value`, `add` and `default` may create them, `essential` may miss them. */
function runParameter(
  input: { entityType: string; parameter: string; operators: ParameterPolicy; value: unknown },
  onStep: (step: PolicyStep) => void,
): unknown {
  const { entityType, parameter } = input
  const scope = isScope(entityType, parameter)
  const shown = scope ? joinScope : (value: unknown) => value
  let current = scope ? splitScope(input.value) : input.value
  for (const operator of operators) {
    if (!Object.hasOwn(input.operators, operator.name)) continue
    const value = input.operators[operator.name]
    const fault = operatorFault(operator, current, value)
    const before = current
    if (fault === undefined) current = operator.apply(before, value)
    const step = {
      entityType,
      parameter,
      operator: operator.name,
      value,
      before: shown(before),
      after: shown(current),
    }
    onStep(fault ? { ...step, error: finding([entityType, parameter], fault, operator.name) } : step)
  }
  return shown(current)
}

function operatorFault(operator: Operator, parameter: unknown, value: unknown): string | undefined {
  if (parameter !== undefined && !operator.parameter.has(parameter)) {
    return `applies to ${operator.parameter.name}, and the parameter is ${quote(parameter)}`
  }
  const fault = operator.check(parameter, value)
  return fault && `${fault}: the parameter is ${quote(parameter)}, the policy ${quote(value)}`
}
