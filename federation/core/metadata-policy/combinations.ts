/** Which operators may stand together in the policy of one parameter, and under what condition (§6.1.3.1). */
import { includes, isSubset } from './array-set.ts'

type Combination = {
  operators: readonly [string, string]
  /** Sees the values of the two operators, whose types have been checked. */
  isAllowed(first: unknown, second: unknown): boolean
  rule: string
}

const within = (inner: unknown, outer: unknown) =>
  Array.isArray(inner) && Array.isArray(outer) && isSubset(inner, outer)
const never = () => false

/** A pair that is not listed may stand together whatever its values are. */
export const combinations: readonly Combination[] = [
  {
    operators: ['value', 'add'],
    isAllowed: (value, add) => within(add, value),
    rule: 'value must hold everything that add adds',
  },
  {
    operators: ['value', 'default'],
    isAllowed: (value) => value !== null,
    rule: 'value must not be null beside default',
  },
  {
    operators: ['value', 'one_of'],
    isAllowed: (value, oneOf) => Array.isArray(oneOf) && includes(oneOf, value),
    rule: 'value must be one of one_of',
  },
  {
    operators: ['value', 'subset_of'],
    isAllowed: (value, subsetOf) => within(value, subsetOf),
    rule: 'value must be a subset of subset_of',
  },
  {
    operators: ['value', 'superset_of'],
    isAllowed: (value, supersetOf) => within(supersetOf, value),
    rule: 'value must be a superset of superset_of',
  },
  {
    operators: ['value', 'essential'],
    isAllowed: (value, essential) => value !== null || essential === false,
    rule: 'value must not be null where the parameter is essential',
  },
  { operators: ['add', 'one_of'], isAllowed: never, rule: 'add and one_of exclude each other' },
  { operators: ['add', 'subset_of'], isAllowed: within, rule: 'add must be a subset of subset_of' },
  { operators: ['one_of', 'subset_of'], isAllowed: never, rule: 'one_of and subset_of exclude each other' },
  {
    operators: ['one_of', 'superset_of'],
    isAllowed: never,
    rule: 'one_of and superset_of exclude each other',
  },
  {
    operators: ['subset_of', 'superset_of'],
    isAllowed: (subsetOf, supersetOf) => within(supersetOf, subsetOf),
    rule: 'subset_of must be a superset of superset_of',
  },
]
