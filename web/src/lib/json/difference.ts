/** Compares two values of the API. A column without a value is null there, and absent here. */
import { type Difference, findDifferences } from '#core/json-difference.ts'
import type { Path } from '#core/path.ts'
import { isRecord } from '#lib/json/json.ts'

export function differencesBetween(before: unknown, after: unknown, path: Path = []): Difference[] {
  return findDifferences(withoutNulls(before), withoutNulls(after), { path, isExpanded: true })
}

function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value ?? undefined
  const present = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(present.map(([name, inner]) => [name, withoutNulls(inner)]))
}
