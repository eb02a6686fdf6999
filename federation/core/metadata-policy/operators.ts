/** Defines the standard operators (§6.1.3.1). */
import { quote } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import { includes, intersect, isSameValue, isSubset, unite } from './array-set.ts'

type Kind<T> = { name: string; has(value: unknown): value is T }

/** Values are checked against `value` and `parameter` before `merge` and `apply` run. */
export type Operator = {
  name: string
  /** Accepted operator values. Another JSON type is a policy error. */
  value: Kind<unknown>
  /** Accepted parameter values, if the parameter is present. */
  parameter: Kind<unknown>
  /** Merges the values of Superior and Subordinate. Undefined if they contradict each other. */
  merge(superior: unknown, subordinate: unknown): unknown
  /** Returns the new value of the parameter. Undefined if it is absent. */
  apply(parameter: unknown, value: unknown): unknown
  /** Returns what is wrong with the parameter, if anything. */
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
/** The specification makes numbers and objects optional. We support both. */
const element: Kind<unknown> = {
  name: 'a string, number or object',
  has: (value): value is unknown => isElement(value),
}
const array: Kind<unknown[]> = {
  name: 'an array of strings, numbers or objects',
  has: (value): value is unknown[] => Array.isArray(value) && value.every(isElement),
}

const keepIfSame = (superior: unknown, subordinate: unknown) =>
  isSameValue(superior, subordinate) ? superior : undefined

const keepIfNotEmpty = (values: unknown[]) => (values.length > 0 ? values : undefined)

const quoteAll = (values: readonly unknown[]) => values.map(quote).join(', ')

/** In their order of application. */
export const operators: readonly Operator[] = [
  createRow({
    name: 'value',
    value: anything,
    parameter: notNull,
    merge: keepIfSame,
    // null removes the parameter
    apply: (_parameter, value) => value ?? undefined,
  }),
  createRow({
    name: 'add',
    value: array,
    parameter: array,
    merge: unite,
    apply: (parameter = [], value) => unite(parameter, value),
  }),
  createRow({
    name: 'default',
    value: notNull,
    parameter: notNull,
    merge: keepIfSame,
    apply: (parameter, value) => parameter ?? value,
  }),
  createRow({
    name: 'one_of',
    value: array,
    parameter: element,
    merge: (superior, subordinate) => keepIfNotEmpty(intersect(superior, subordinate)),
    check: (parameter, value) =>
      parameter === undefined || includes(value, parameter)
        ? undefined
        : `does not allow ${quote(parameter)}. Allowed: ${quoteAll(value)}`,
  }),
  createRow({
    name: 'subset_of',
    value: array,
    parameter: array,
    merge: intersect,
    // The result may be empty. The parameter stays, and this is not an error.
    apply: (parameter, value) => parameter && intersect(parameter, value),
  }),
  createRow({
    name: 'superset_of',
    value: array,
    parameter: array,
    merge: unite,
    check: (parameter, value) =>
      parameter === undefined || isSubset(value, parameter)
        ? undefined
        : `requires ${quoteAll(value.filter((element) => !includes(parameter, element)))}`,
  }),
  createRow({
    name: 'essential',
    value: bool,
    parameter: notNull,
    merge: (superior, subordinate) => superior || subordinate,
    check: (parameter, value) =>
      value && parameter === undefined ? 'requires the parameter, but it is absent' : undefined,
  }),
]

export function findOperator(name: string): Operator | undefined {
  return operators.find((operator) => operator.name === name)
}

/** Continues a finding. Names one operator that was meant, or all of them. */
export function explainUnknown(name: string): string {
  const letters = (word: string) => word.toLowerCase().replace(/[^a-z]/g, '')
  const near = operators.find((operator) => isNear(letters(operator.name), letters(name)))?.name
  const all = new Intl.ListFormat('en', { type: 'disjunction' }).format(operators.map((each) => each.name))
  return `is not an operator of a metadata policy (§6.1.3.1). Use ${near ?? all}`
}

/** Whether at most one letter is wrong, missing or superfluous. */
function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const [rest, otherRest] = [one.slice(at), other.slice(at)]
  return [
    [rest.slice(1), otherRest.slice(1)],
    [rest.slice(1), otherRest],
    [rest, otherRest.slice(1)],
  ].some(([a, b]) => a === b)
}

function createRow<V, P>(operator: Row<V, P>): Operator {
  const complete: Row<V, P> = { apply: (parameter) => parameter, check: () => undefined, ...operator }
  // Callers pass only values that the two kinds accept.
  return complete as Operator
}
