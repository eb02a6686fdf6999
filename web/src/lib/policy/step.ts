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
  add: ['Adds what was missing.', 'Everything to be added is there already.'],
  default: ['Gives a value where the entity declares none.', 'The entity declares a value.'],
  one_of: ['Allows one of these values.', 'The value is one of those allowed.'],
  subset_of: ['Takes away what is not allowed.', 'Everything in it is allowed.'],
  superset_of: ['Demands all of these values.', 'Everything demanded is in it.'],
  essential: ['Demands that it is present.', 'It is present, or need not be.'],
}

export function stepInWords({ operator, before, after }: Step): string {
  const [changed, unchanged] = sentences[operator] ?? [
    'An operator of another specification changed it.',
    'An operator of another specification left it as it is.',
  ]
  return isJsonEqual(before, after) ? unchanged : changed
}
