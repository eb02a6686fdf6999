/** Cursors of lists: each names the place of its row, so that the list goes on there when the row is removed or changed. */
import { formatPrismaCursor, parsePrismaCursor } from '@pothos/plugin-prisma'
import { type GraphQLSchema, getNamedType, isObjectType } from 'graphql'
import { Prisma } from '#prisma/generated/client/client.ts'
import { requestError } from '#server/error/request-error.ts'

type Order = { column: string; canBeNull?: boolean }
type Conditions = Record<string, unknown>

/** Cursors by their rows, until the page is sent. */
const cursors = new WeakMap<object, string>()
const parts = ['column', 'value', 'id']

/** The cursor of a row has its value in the order, too. */
export function rememberPlace(row: object, { column }: Order): void {
  if (column === 'id') return // the plugin's own cursor is the id
  const { id, [column]: value } = row as Conditions
  cursors.set(row, formatPrismaCursor({ column, value, id }, parts))
}

type Connection = {
  edges: ({ cursor: string; node: unknown } | null)[]
  pageInfo: { startCursor: string | null; endCursor: string | null }
}

/** Of one page. */
const MAXIMUM = 100

/** Shows the remembered cursors instead of those of the plugin, and refuses a page that would be cut. */
export function showPlaces(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field
      if (!resolve || !getNamedType(field.type).name.endsWith('Connection')) continue
      field.resolve = async (parent, args, ...rest) => {
        for (const name of ['first', 'last'])
          if (args[name] > MAXIMUM)
            throw requestError('INVALID_INPUT', `${name} is more than ${MAXIMUM}. Read the list in pages.`, {
              path: [name],
            })
        return withPlaces((await resolve(parent, args, ...rest)) as Connection | null) // of its type
      }
    }
  }
  return schema
}

function withPlaces(connection: Connection | null): Connection | null {
  if (!connection) return connection
  const edges = connection.edges.map(
    (edge) => edge && { ...edge, cursor: cursors.get(Object(edge.node)) ?? edge.cursor },
  )
  const startCursor = edges.at(0)?.cursor ?? null
  const endCursor = edges.at(-1)?.cursor ?? null
  return { ...connection, edges, pageInfo: { ...connection.pageInfo, startCursor, endCursor } }
}

/** The place from which a page is read. @throws GraphQLError BAD_USER_INPUT */
export async function placeOf<Cursor>(
  cursor: NonNullable<Cursor>,
  order: Order,
  findCursor: (where: NonNullable<Cursor>) => Promise<object | null>,
): Promise<Readonly<Conditions>> {
  // Every list has the cursor `id`, parsed by the plugin.
  const given = typeof cursor === 'object' && 'id' in cursor ? cursor.id : undefined
  if (Array.isArray(given)) return parsePlace(given, order)
  if (order.column === 'id') return { id: given }
  return requireRow(() => findCursor(cursor))
}

function parsePlace(given: readonly unknown[], { column, canBeNull = false }: Order): Conditions {
  const [ofColumn, value, id] = given
  if (given.length !== parts.length || ofColumn !== column || !isKey(id))
    throw refusal('This cursor is of another list or order. Start again with the first page.')
  if (!isKey(value) && !isTime(value) && !(canBeNull && value === null)) throw refusal(UNREADABLE)
  return { id, [column]: value }
}

const UNREADABLE = 'This is not a cursor of this list. Start again with the first page.'

const isKey = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) // as the database takes it
const isTime = (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime())

/** Reads the cursor of a nested list, which Pothos has not parsed yet, and refuses one whose row was removed. */
export async function requireNestedCursor(
  cursor: string | null | undefined,
  find: (id: number) => Promise<object | null>,
): Promise<void> {
  // The database refuses values that are not numbers.
  if (cursor != null) await requireRow(() => find(parsePrismaCursor(cursor) as number))
}

async function requireRow(find: () => Promise<object | null>): Promise<Readonly<Conditions>> {
  const row = await find().catch((error: unknown) => {
    if (isUnfit(error)) return null
    throw error
  })
  if (row) return { ...row }
  throw refusal('This cursor is no longer in the list. Start again with the first page.')
}

/** A cursor that is not ours can contain values that the column cannot have. */
export const refuseUnfit =
  (start: object | null) =>
  (error: unknown): never => {
    throw start && isUnfit(error) ? refusal(UNREADABLE) : error
  }

const OUT_OF_RANGE = 'P2020'

const isUnfit = (error: unknown) =>
  error instanceof Prisma.PrismaClientValidationError ||
  (error instanceof Prisma.PrismaClientKnownRequestError && error.code === OUT_OF_RANGE)

const refusal = (message: string) => requestError('BAD_USER_INPUT', message)
