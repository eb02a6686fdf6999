/** Lists which operators can be combined in the policy of one parameter, and on what condition (§6.1.3.1). */
import { includes, isSubset } from './array-set.ts'

type Combination = {
  operators: readonly [string, string]
  /** The types of the values were checked before. */
  isAllowed(first: unknown, second: unknown): boolean
  rule: string
}

const isWithin = (inner: unknown, outer: unknown) =>
  Array.isArray(inner) && Array.isArray(outer) && isSubset(inner, outer)
const isNever = () => false

/** A pair that is not listed can always be combined. */
export const combinations: readonly Combination[] = [
  {
    operators: ['value', 'add'],
    isAllowed: (value, add) => isWithin(add, value),
    rule: 'value must contain every element of add',
  },
  {
    operators: ['value', 'default'],
    isAllowed: (value) => value !== null,
    rule: 'value must not be null with default',
  },
  {
    operators: ['value', 'one_of'],
    isAllowed: (value, oneOf) => Array.isArray(oneOf) && includes(oneOf, value),
    rule: 'value must be one of one_of',
  },
  {
    operators: ['value', 'subset_of'],
    isAllowed: (value, subsetOf) => isWithin(value, subsetOf),
    rule: 'value must be a subset of subset_of',
  },
  {
    operators: ['value', 'superset_of'],
    isAllowed: (value, supersetOf) => isWithin(supersetOf, value),
    rule: 'value must be a superset of superset_of',
  },
  {
    operators: ['value', 'essential'],
    isAllowed: (value, essential) => value !== null || essential === false,
    rule: 'value must not be null if the parameter is essential',
  },
  { operators: ['add', 'one_of'], isAllowed: isNever, rule: 'add and one_of exclude each other' },
  { operators: ['add', 'subset_of'], isAllowed: isWithin, rule: 'add must be a subset of subset_of' },
  { operators: ['one_of', 'subset_of'], isAllowed: isNever, rule: 'one_of and subset_of exclude each other' },
  {
    operators: ['one_of', 'superset_of'],
    isAllowed: isNever,
    rule: 'one_of and superset_of exclude each other',
  },
  {
    operators: ['subset_of', 'superset_of'],
    isAllowed: (subsetOf, supersetOf) => isWithin(supersetOf, subsetOf),
    rule: 'subset_of must be a superset of superset_of',
  },
]
