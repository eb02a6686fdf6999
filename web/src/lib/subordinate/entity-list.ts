/** Reads a pasted list of Entity Identifiers: one per line, or the first column of a CSV file. */
import { entityIdProblem, toEntityId } from '#lib/entity/id.ts'

export interface EntityList {
  entityIds: string[]
  /** Lines without an entity, counted from 1. */
  faults: { line: number; text: string; problem: string }[]
  /** The number of duplicate lines. */
  repeated: number
}

/** The quotes and separators that a spreadsheet adds to the first value of a line. */
const firstValue = (line: string) =>
  line
    .split(/[,;\t]/)[0]
    ?.trim()
    .replace(/^"|"$/g, '') ?? ''

/** The heading of this console's export, and of most tables. */
const isHeading = (value: string) => /^[a-z_ ]*(entity|identifier|url)[a-z_ ]*$/i.test(value)

export function readEntityList(text: string): EntityList {
  const found = new Set<string>()
  const faults: EntityList['faults'] = []
  let repeated = 0
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const value = firstValue(line)
    if (value === '' || (index === 0 && isHeading(value))) continue
    const entityId = toEntityId(value)
    const problem = entityIdProblem(entityId)
    if (problem) faults.push({ line: index + 1, text: value, problem })
    else if (found.has(entityId)) repeated++
    else found.add(entityId)
  }
  return { entityIds: [...found], faults, repeated }
}
