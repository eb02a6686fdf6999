/** What differs between two JSON values, place by place; lists are compared as wholes. */
import { isRecord } from '#lib/json/json.ts'
import { isSame } from '#lib/policy/metadata-difference.ts'

export interface Difference {
  /** Names of members on the way to it. */
  path: readonly string[]
  /** Undefined where there is nothing. */
  before: unknown
  after: unknown
}

const absentIfNull = (value: unknown) => (value === null ? undefined : value)

export function differencesBetween(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): Difference[] {
  if (isSame(absentIfNull(before), absentIfNull(after))) return []
  // A thing that comes or goes is told by its members, as one that changes is.
  const areObjects = [before, after].every(
    (value) => isRecord(value) || value === null || value === undefined,
  )
  if (!areObjects) return [{ path, before: absentIfNull(before), after: absentIfNull(after) }]
  const [one, other] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  if (names.length === 0) return [{ path, before: absentIfNull(before), after: absentIfNull(after) }]
  return names.flatMap((name) => differencesBetween(one[name], other[name], [...path, name]))
}
