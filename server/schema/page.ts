/** The cursor of a page: it must stand for a row. */
import { parsePrismaCursor } from '@pothos/plugin-prisma'
import { GraphQLError } from 'graphql'
import { Prisma } from '#prisma/generated/client/client.ts'

/**
 * Prisma takes a cursor whose row was removed meanwhile for the end of the list: a caller would stop there and miss
 * the rest, so it is refused.
 */
export async function requireCursor<Cursor>(
  cursor: Cursor | undefined,
  find: (where: Cursor) => Promise<object | null>,
): Promise<void> {
  if (cursor === undefined) return
  const row = await find(cursor).catch(nothingIfUnfit)
  if (row) return
  throw new GraphQLError('This cursor stands for nothing in the list; begin again with the first page.', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

/** Of a list inside of another thing, whose cursor is not yet read when the list is asked for. */
export function keyInCursor(cursor: string | null | undefined): number | undefined {
  // What is no number after all is refused by the database as unfit.
  return cursor == null ? undefined : (parsePrismaCursor(cursor) as number)
}

const OUT_OF_RANGE = 'P2020'

/** A cursor of another list, or a made-up one, may hold what no key can be. */
function nothingIfUnfit(error: unknown): null {
  if (error instanceof Prisma.PrismaClientValidationError) return null
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === OUT_OF_RANGE) return null
  throw error
}
