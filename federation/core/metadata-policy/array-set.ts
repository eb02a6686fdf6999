/** Treats arrays as sets: policy operators ignore order and repetition, and compare by value (§6.1.3). */
import { isJsonEqual } from '../json.ts'

export function includes(array: readonly unknown[], element: unknown): boolean {
  return array.some((other) => isJsonEqual(other, element))
}

export function isSubset(inner: readonly unknown[], outer: readonly unknown[]): boolean {
  return inner.every((element) => includes(outer, element))
}

/** Keeps the order of `first`. */
export function intersect(first: readonly unknown[], second: readonly unknown[]): unknown[] {
  return first.filter((element) => includes(second, element))
}

/** Appends to `first` the elements that only `second` has, each once. */
export function unite(first: readonly unknown[], second: readonly unknown[]): unknown[] {
  const joined = [...first]
  for (const element of second) if (!includes(joined, element)) joined.push(element)
  return joined
}

/** Compares operator values. The order of an array is ignored, because results have no defined order. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? isSubset(a, b) && isSubset(b, a) : isJsonEqual(a, b)
}
