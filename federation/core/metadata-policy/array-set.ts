/** Arrays as sets: the policy operators know no order and no repetition, and compare by value (§6.1.3). */
import { jsonEqual } from '../json.ts'

export function includes(array: readonly unknown[], element: unknown): boolean {
  return array.some((other) => jsonEqual(other, element))
}

export function isSubset(inner: readonly unknown[], outer: readonly unknown[]): boolean {
  return inner.every((element) => includes(outer, element))
}

/** Keeps the order of `first`. */
export function intersection(first: readonly unknown[], second: readonly unknown[]): unknown[] {
  return first.filter((element) => includes(second, element))
}

/** Keeps `first` as it is and appends what only `second` has, each element once. */
export function union(first: readonly unknown[], second: readonly unknown[]): unknown[] {
  const joined = [...first]
  for (const element of second) if (!includes(joined, element)) joined.push(element)
  return joined
}

/** Equality of operator values; since results have no defined order, the order of an array does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? isSubset(a, b) && isSubset(b, a) : jsonEqual(a, b)
}
