/** Finds the differences between two JSON values, member by member. Arrays are compared as a whole. */
import { getMember, isJsonEqual, isJsonObject } from './json.ts'
import type { Path } from './path.ts'

/** `before` or `after` is undefined if the value is absent. */
export type Difference = { path: Path; before: unknown; after: unknown }

type Options = {
  /** The path of the two values. */
  path?: Path
  /** Reports the members of an object that only one side has, instead of the object. */
  isExpanded?: boolean
}

export function findDifferences(before: unknown, after: unknown, options: Options = {}): Difference[] {
  const { path = [], isExpanded = false } = options
  if (isJsonEqual(before, after)) return []
  const [one, other] = isExpanded ? [before ?? {}, after ?? {}] : [before, after]
  if (!isJsonObject(one) || !isJsonObject(other)) return [{ path, before, after }]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  if (names.length === 0) return [{ path, before, after }]
  return names.flatMap((name) =>
    findDifferences(getMember(one, name), getMember(other, name), { isExpanded, path: [...path, name] }),
  )
}
