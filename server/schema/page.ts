/** Pages of lists: rows before or after the row of a cursor. */
import { parsePrismaCursor } from '@pothos/plugin-prisma'
import { GraphQLError } from 'graphql'
import { Prisma } from '#prisma/generated/client/client.ts'

/**
 * Refuses a cursor whose row was removed. Prisma returns an empty page for it, so the caller would miss the rest of the
 * list.
 */
export async function requireCursor<Cursor, Row extends object>(
  cursor: Cursor | undefined,
  find: (where: Cursor) => Promise<Row | null>,
): Promise<Row | undefined> {
  if (cursor === undefined) return undefined
  const row = await find(cursor).catch(nothingIfUnfit)
  if (row) return row
  throw new GraphQLError('This cursor is no longer in the list. Start again with the first page.', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

/** An order by a column, and by key among equal values; an index has both. */
export type PageOrder<Column extends string> = {
  column: Column | 'id'
  direction: 'asc' | 'desc'
  canBeNull?: boolean
}

type Conditions = Record<string, unknown>

/** One range of the index of an order. */
export type PageRange = { conditions: Conditions; orderBy: Record<string, 'asc' | 'desc'>[]; take: number }

/**
 * Reads a page range by range, so that its cost does not depend on its place in the list. Prisma's own cursor reads every
 * row before the page, and the whole list where the column can be null.
 */
export async function readPage<Column extends string, Cursor, Row>(
  { cursor, take = 0 }: { cursor?: Cursor; take?: number },
  order: PageOrder<Column>,
  findCursor: (where: Cursor) => Promise<({ [name in Column]: unknown } & { id: number }) | null>,
  find: (range: PageRange) => Promise<Row[]>,
): Promise<Row[]> {
  const start = await requireCursor(cursor, findCursor)
  const isBackward = take < 0
  const towards = { ...order, direction: isBackward ? opposite[order.direction] : order.direction }
  const rows: Row[] = []
  for (const conditions of start ? rangesAfter(start, towards) : [{}]) {
    const left = Math.abs(take) - rows.length
    if (left > 0) rows.push(...(await find({ conditions, orderBy: columnsOf(towards), take: left })))
  }
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

/** Reads the cursor of a nested list, which Pothos has not parsed yet. */
export function keyInCursor(cursor: string | null | undefined): number | undefined {
  // The database refuses values that are not numbers.
  return cursor == null ? undefined : (parsePrismaCursor(cursor) as number)
}

const OUT_OF_RANGE = 'P2020'

/** Cursors of other lists can contain values that cannot be keys. */
function nothingIfUnfit(error: unknown): null {
  if (error instanceof Prisma.PrismaClientValidationError) return null
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === OUT_OF_RANGE) return null
  throw error
}
