/** Pages of lists: rows before or after the place of a cursor. */
import { placeOf, refuseUnfit, rememberPlace } from '#server/schema/page-cursor.ts'

/** An order by a column, and by key among equal values; an index has both. */
export type PageOrder<Column extends string> = {
  column: Column | 'id'
  direction: 'asc' | 'desc'
  canBeNull?: boolean
}

export const newestFirst: PageOrder<never> = { column: 'id', direction: 'desc' }

type Conditions = Record<string, unknown>
type PageQuery = { cursor?: unknown; skip?: number; take?: number }

/** One range of the index of an order. */
export type PageRange = { conditions: Conditions; orderBy: Record<string, 'asc' | 'desc'>[]; take: number }

/**
 * Reads a page range by range, so that its cost does not depend on its place in the list. Prisma's own cursor reads every
 * row before the page, and the whole list where the column can be null. `findCursor` reads the row of a cursor of an earlier
 * version, which has no value of the column.
 */
export async function readPage<Column extends string, Query extends PageQuery, Row extends object>(
  query: Query,
  order: PageOrder<Column>,
  findCursor: (where: NonNullable<Query['cursor']>) => Promise<object | null>,
  find: (range: Omit<Query, keyof PageQuery> & PageRange) => Promise<Row[]>,
): Promise<Row[]> {
  const { cursor, skip: _skip, take = 0, ...selection } = query
  const start = cursor == null ? null : await placeOf(cursor, order, findCursor)
  const isBackward = take < 0
  const towards = { ...order, direction: isBackward ? opposite[order.direction] : order.direction }
  const rows: Row[] = []
  for (const conditions of start ? rangesAfter(start, towards) : [{}]) {
    const left = Math.abs(take) - rows.length
    const range = { conditions, orderBy: columnsOf(towards), take: left }
    if (left > 0)
      rows.push(...(await find({ ...withColumn(selection, order), ...range }).catch(refuseUnfit(start))))
  }
  for (const row of rows) rememberPlace(row, order)
  return isBackward ? rows.reverse() : rows
}

const opposite = { asc: 'desc', desc: 'asc' } as const
const beyond = { asc: 'gt', desc: 'lt' } as const

/** The columns of an order, as in its index. */
export function columnsOf({ column, direction }: PageOrder<string>): PageRange['orderBy'] {
  return column === 'id' ? [{ id: direction }] : [{ [column]: direction }, { id: direction }]
}

/** The ranges after a row, in their order. PostgreSQL orders null after every value. */
function rangesAfter(
  row: Readonly<Conditions>,
  { column, direction, canBeNull = false }: PageOrder<string>,
): Conditions[] {
  const later = { id: { [beyond[direction]]: row.id } }
  if (column === 'id') return [later]
  const value = row[column]
  const equal = { [column]: value, ...later }
  const further = value === null ? { NOT: { [column]: null } } : { [column]: { [beyond[direction]]: value } }
  if (!canBeNull || direction === 'desc') return [equal, further]
  return value === null ? [equal] : [equal, further, { [column]: null }]
}

/** The query also reads the column, of which cursors are made. */
function withColumn<Selection extends object>(
  selection: Selection,
  { column }: PageOrder<string>,
): Selection {
  const { select } = selection as { select?: object }
  return select ? { ...selection, select: { ...select, [column]: true } } : selection
}
