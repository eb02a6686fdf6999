/** The standard operators of a metadata policy (§6.1.3.1) with explanations and the type of their values. */
import type { ValueKind } from '#lib/form/value-kind.ts'

export interface PolicyOperator {
  name: string
  explanation: string
  /** The type of its value; `parameter` is the type of the parameter. */
  kind: ValueKind | 'parameter'
}

/** In their order of application. */
export const policyOperators: readonly PolicyOperator[] = [
  {
    name: 'value',
    kind: 'parameter',
    explanation: 'Sets the parameter to this value, regardless of the declared one.',
  },
  { name: 'add', kind: 'list', explanation: 'Adds these to the declared values.' },
  { name: 'default', kind: 'parameter', explanation: 'Sets the parameter to this if it is not declared.' },
  { name: 'one_of', kind: 'list', explanation: 'The declared value must be one of these.' },
  { name: 'subset_of', kind: 'list', explanation: 'Keeps only these of the declared values.' },
  { name: 'superset_of', kind: 'list', explanation: 'All of these must be declared.' },
  { name: 'essential', kind: 'flag', explanation: 'Whether the parameter is required.' },
]

export const policyOperatorOf = (name: string): PolicyOperator =>
  policyOperators.find((operator) => operator.name === name) ?? {
    name,
    kind: 'json',
    explanation: 'Not an operator of a metadata policy. Resolvers ignore it.',
  }
