/** The standard operators, one row each (§6.1.3.1). */
import { isJsonObject } from '../json.ts'
import { includes, intersection, isSubset, sameValue, union } from './array-set.ts'

type Kind<T> = { name: string; has(value: unknown): value is T }

/** Values are checked against `value` and `parameter` before `merge` and `apply` see them. */
export type Operator = {
  name: string
  /** Accepted operator values; another JSON type is a policy error. */
  value: Kind<unknown>
  /** Accepted parameter values, where the parameter is present. */
  parameter: Kind<unknown>
  /** The policy of Superior and Subordinate in one; undefined when they contradict each other. */
  merge(superior: unknown, subordinate: unknown): unknown
  /** The new value of the parameter, undefined being absent. */
  apply(parameter: unknown, value: unknown): unknown
  /** What is wrong with the parameter, if anything; checks leave it unchanged. */
  check(parameter: unknown, value: unknown): string | undefined
}

type Row<V, P> = Pick<Operator, 'name'> & {
  value: Kind<V>
  parameter: Kind<P>
  merge(superior: V, subordinate: V): V | undefined
  apply?(parameter: P | undefined, value: V): unknown
  check?(parameter: P | undefined, value: V): string | undefined
}

const isElement = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || isJsonObject(value)

const anything: Kind<unknown> = {
  name: 'a JSON value',
  has: (value): value is unknown => value !== undefined,
}
const notNull: Kind<unknown> = {
  name: 'a JSON value other than null',
  has: (value): value is unknown => value !== undefined && value !== null,
}
const bool: Kind<boolean> = { name: 'true or false', has: (value) => typeof value === 'boolean' }
/** Numbers and objects beside strings are optional in the text, and supported. */
const element: Kind<unknown> = {
  name: 'a string, number or object',
  has: (value): value is unknown => isElement(value),
}
const array: Kind<unknown[]> = {
  name: 'an array of strings, numbers or objects',
  has: (value): value is unknown[] => Array.isArray(value) && value.every(isElement),
}

const equalOrNothing = (superior: unknown, subordinate: unknown) =>
  sameValue(superior, subordinate) ? superior : undefined

const orNothing = (values: unknown[]) => (values.length > 0 ? values : undefined)

/** In their order of application. */
export const operators: readonly Operator[] = [
  row({
    name: 'value',
    value: anything,
    parameter: notNull,
    merge: equalOrNothing,
    // null removes the parameter.
    apply: (_parameter, value) => value ?? undefined,
  }),
  row({
    name: 'add',
    value: array,
    parameter: array,
    merge: union,
    apply: (parameter = [], value) => union(parameter, value),
  }),
  row({
    name: 'default',
    value: notNull,
    parameter: notNull,
    merge: equalOrNothing,
    apply: (parameter, value) => parameter ?? value,
  }),
  row({
    name: 'one_of',
    value: array,
    parameter: element,
    merge: (superior, subordinate) => orNothing(intersection(superior, subordinate)),
    check: (parameter, value) =>
      parameter === undefined || includes(value, parameter) ? undefined : 'does not list the value',
  }),
  row({
    name: 'subset_of',
    value: array,
    parameter: array,
    merge: intersection,
    // What is left may be empty: the parameter stays, and nothing has failed.
    apply: (parameter, value) => parameter && intersection(parameter, value),
  }),
  row({
    name: 'superset_of',
    value: array,
    parameter: array,
    merge: union,
    check: (parameter, value) =>
      parameter === undefined || isSubset(value, parameter) ? undefined : 'wants values that are missing',
  }),
  row({
    name: 'essential',
    value: bool,
    parameter: notNull,
    merge: (superior, subordinate) => superior || subordinate,
    check: (parameter, value) =>
      value && parameter === undefined ? 'wants the parameter, which is absent' : undefined,
  }),
]

export function findOperator(name: string): Operator | undefined {
  return operators.find((operator) => operator.name === name)
}

function row<V, P>(operator: Row<V, P>): Operator {
  const complete: Row<V, P> = { apply: (parameter) => parameter, check: () => undefined, ...operator }
  // Callers hand over only what the two kinds have accepted, which is how V and P come about.
  return complete as Operator
}
