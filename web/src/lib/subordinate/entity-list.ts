/** Reads a pasted list of Entity Identifiers: one per line, or the first column of a CSV file. */
import { entityIdProblem, toEntityId } from '#lib/entity/id.ts'
import { type Line, readTable } from '#lib/list/csv-table.ts'
import { readTags } from './tag.ts'

/** What an operator wrote about an entity. */
export interface ListedAnnotation {
  note?: string
  tags?: string[]
}

export interface EntityList {
  entityIds: string[]
  /** From columns with these names, by Entity Identifier. */
  annotations: ReadonlyMap<string, ListedAnnotation>
  /** Lines without an entity, counted from 1. */
  faults: { line: number; text: string; problem: string }[]
  /** The number of duplicate lines. */
  repeated: number
}

/** The heading of this console's export, and of most tables. */
const isHeading = (value: string) => /^[a-z_ ]*(entity|identifier|url)[a-z_ ]*$/i.test(value)

const firstOf = ({ cells }: Line) => cells[0]?.trim().replace(/^"|"$/g, '') ?? ''

export function readEntityList(text: string): EntityList {
  const found = new Set<string>()
  const annotations = new Map<string, ListedAnnotation>()
  const faults: EntityList['faults'] = []
  let heading: string[] = []
  let repeated = 0
  for (const line of readTable(text)) {
    const value = firstOf(line)
    if (line.number === 1 && isHeading(value)) heading = line.cells.map((cell) => cell.trim().toLowerCase())
    else if (value !== '') {
      const entityId = toEntityId(value)
      const problem = entityIdProblem(entityId)
      if (problem) faults.push({ line: line.number, text: value, problem })
      else if (found.has(entityId)) repeated++
      else {
        found.add(entityId)
        const annotation = annotationOf(line, heading)
        if (annotation) annotations.set(entityId, annotation)
      }
    }
  }
  return { entityIds: [...found], annotations, faults, repeated }
}

function annotationOf({ cells }: Line, heading: readonly string[]): ListedAnnotation | undefined {
  const cell = (name: string) => cells[heading.indexOf(name)]?.trim()
  const [note, tags] = [cell('note'), readTags(cell('tags') ?? '')]
  if (!note && tags.length === 0) return undefined
  return { ...(note ? { note } : {}), ...(tags.length > 0 ? { tags } : {}) }
}
