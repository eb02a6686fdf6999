/** The changes that an item of a run lists. */
import type { Difference } from '#core/json-difference.ts'
import { isRecord } from '#lib/json/json.ts'

/** The path stays one text, as the server wrote it. */
export function toItemDifferences(changes: unknown): Difference[] {
  if (!Array.isArray(changes)) return []
  return changes.filter(isRecord).map(({ path, before, after }) => ({
    path: [String(path)],
    before: before ?? undefined,
    after: after ?? undefined,
  }))
}
