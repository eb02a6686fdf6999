/** Puts JSON values into one order, so that the same source gives the same file. */
import { isJsonObject } from '#core/json.ts'

/** A copy with the members of all objects in the order of their names. Arrays keep theirs. */
export function sortMembers<Value>(value: Value): Value {
  return sorted(value) as Value // of the same form
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]))
}

export type Counted<Value> = { value: Value; text: string; count: number }

/** The different values, the most frequent first. */
export function countDistinct<Value>(
  values: Iterable<{ value: Value; count?: number | undefined }>,
): Counted<Value>[] {
  const found = new Map<string, Counted<Value>>()
  for (const { value, count = 1 } of values) {
    const text = JSON.stringify(sorted(value))
    const counted = found.get(text)
    if (counted) counted.count += count
    else found.set(text, { value, text, count })
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
}

/** By code units, as databases and git compare. */
export const inOrderOf =
  <Item>(keyOf: (item: Item) => string) =>
  (a: Item, b: Item): number =>
    keyOf(a) < keyOf(b) ? -1 : 1
