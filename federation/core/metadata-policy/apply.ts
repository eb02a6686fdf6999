/** Applies a merged metadata policy to the metadata of the Trust Chain's subject (§6.1.4.2). */
import { type FederationError, quote } from '../errors.ts'
import { getMember } from '../json.ts'
import type { Metadata } from '../metadata.ts'
import { createFinding, stopAtFirst } from './findings.ts'
import { type Operator, operators } from './operators.ts'
import { type MetadataPolicy, type ParameterPolicy, readPolicy } from './parse.ts'
import { isScope, joinScope, splitScope } from './scope.ts'

/** The application of one operator. `before` and `after` are undefined if the parameter is absent. */
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
 * Returns the Resolved Metadata. Does not add Entity Types.
 * @throws FederationError `invalid_metadata`
 */
export function applyMetadataPolicy(policy: MetadataPolicy, metadata: Metadata): Metadata {
  return prepareMetadataPolicy(policy)(metadata)
}

/**
 * Parses a merged policy once, to apply it to the metadata of many subjects.
 * @throws FederationError `invalid_metadata`, as its result does
 */
export function prepareMetadataPolicy(policy: MetadataPolicy): (metadata: Metadata) => Metadata {
  const parsed = stopAtFirst(readPolicy(policy))
  return (metadata) =>
    runPolicy(parsed, metadata, ({ error }) => {
      if (error) throw error
    })
}

/** Runs a parsed policy. `onStep` decides whether to continue after a failed step. */
export function runPolicy(
  policy: MetadataPolicy,
  metadata: Metadata,
  onStep: (step: PolicyStep) => void,
): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).map(([entityType, parameters]) => {
      const resolved = new Map(Object.entries(parameters))
      for (const [parameter, operators] of Object.entries(getMember(policy, entityType) ?? {})) {
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

/** Handles absent parameters too: `value`, `add` and `default` may add them, and `essential` may require them. */
function runParameter(
  input: { entityType: string; parameter: string; operators: ParameterPolicy; value: unknown },
  onStep: (step: PolicyStep) => void,
): unknown {
  const { entityType, parameter } = input
  const scope = isScope(entityType, parameter)
  const format = scope ? joinScope : (value: unknown) => value
  let current = scope ? splitScope(input.value) : input.value
  for (const operator of operators) {
    if (!Object.hasOwn(input.operators, operator.name)) continue
    const value = input.operators[operator.name]
    const error = findOperatorError(operator, current, value)
    const before = current
    if (error === undefined) current = operator.apply(before, value)
    const step = {
      entityType,
      parameter,
      operator: operator.name,
      value,
      before: format(before),
      after: format(current),
    }
    const path = [entityType, parameter]
    onStep(error ? { ...step, error: createFinding(path, error, operator.name) } : step)
  }
  return format(current)
}

function findOperatorError(operator: Operator, parameter: unknown, value: unknown): string | undefined {
  if (parameter !== undefined && !operator.parameter.has(parameter)) {
    return `applies only to ${operator.parameter.name}, not to ${quote(parameter)}`
  }
  return operator.check(parameter, value)
}
