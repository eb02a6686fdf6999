/** The changes that an item of a run lists. */
import type { Difference } from '#core/json-difference.ts'
import { differencesBetween } from '#lib/json/difference.ts'

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

/** The same of an object of a configuration file, whose values are expanded. */
export const toStepDifferences = (changes: readonly Change[]): Difference[] =>
  changes.flatMap(({ path, before, after }) => differencesBetween(before, after, namesIn(path)))

/** A name with other characters is not taken apart. */
const namesIn = (path: string) => (/^\w+(\.\w+)*$/.test(path) ? path.split('.') : [path])
