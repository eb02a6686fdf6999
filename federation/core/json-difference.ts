/** Finds where two JSON values differ, member by member; arrays are compared as wholes. */
import { isJsonObject, jsonEqual, member } from './json.ts'
import type { Path } from './path.ts'

/** `before` or `after` is undefined where there is nothing. */
export type Difference = { path: Path; before: unknown; after: unknown }

type Options = {
  /** Of the two values themselves. */
  path?: Path
  /** Reports an object that only one side has by its members, not as a whole. */
  isExpanded?: boolean
}

export function findDifferences(before: unknown, after: unknown, options: Options = {}): Difference[] {
  const { path = [], isExpanded = false } = options
  if (jsonEqual(before, after)) return []
  const [one, other] = isExpanded ? [before ?? {}, after ?? {}] : [before, after]
  if (!isJsonObject(one) || !isJsonObject(other)) return [{ path, before, after }]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  if (names.length === 0) return [{ path, before, after }]
  return names.flatMap((name) =>
    findDifferences(member(one, name), member(other, name), { isExpanded, path: [...path, name] }),
  )
}
