/** The changes that an item of a run lists. */
import type { Difference } from '#core/json-difference.ts'

interface Change {
  path: string
  before: unknown
  after: unknown
}

/** The path stays one text, as the server wrote it. */
export function toItemDifferences(changes: readonly Change[] | null): Difference[] {
  return (changes ?? []).map(({ path, before, after }) => ({
    path: [path],
    before: before ?? undefined,
    after: after ?? undefined,
  }))
}
