/** Describes the steps of a metadata policy by parameter (§6.1.3.1, §6.1.4.2). */
import { isJsonEqual } from '#core/json.ts'
import type { PolicyStepFieldsFragment } from '#lib/gql/graphql.ts'

type Step = PolicyStepFieldsFragment

export interface ParameterSteps {
  entityType: string
  parameter: string
  steps: Step[]
}

export function policyByParameter(steps: readonly Step[]): ParameterSteps[] {
  const found = new Map<string, ParameterSteps>()
  for (const step of steps) {
    const { entityType, parameter } = step
    const key = `${entityType} ${parameter}`
    const entry = found.get(key) ?? { entityType, parameter, steps: [] }
    entry.steps.push(step)
    found.set(key, entry)
  }
  return [...found.values()]
}

/** The effect of each operator: when it changed a value, and when it did not. */
const sentences: Readonly<Record<string, readonly [changed: string, unchanged: string]>> = {
  value: ['Sets the parameter, regardless of the declared value.', 'It already has this value.'],
  add: ['Adds the missing values.', 'All values are already there.'],
  default: ['Sets a value that the entity does not declare.', 'The entity declares a value.'],
  one_of: ['Allows one of these values.', 'The value is allowed.'],
  subset_of: ['Removes values that are not allowed.', 'All values are allowed.'],
  superset_of: ['Requires all of these values.', 'All required values are declared.'],
  essential: ['Requires the parameter.', 'It is present, or not required.'],
}

export function stepInWords({ operator, before, after }: Step): string {
  const [changed, unchanged] = sentences[operator] ?? [
    'An operator of another specification changed it.',
    'An operator of another specification left it unchanged.',
  ]
  return isJsonEqual(before, after) ? unchanged : changed
}
