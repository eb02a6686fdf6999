/** Checks that the cursor of a page refers to a row. */
import { parsePrismaCursor } from '@pothos/plugin-prisma'
import { GraphQLError } from 'graphql'
import { Prisma } from '#prisma/generated/client/client.ts'

/**
 * Refuses a cursor whose row was removed. Prisma returns an empty page for it, so the caller would miss the rest of the
 * list.
 */
export async function requireCursor<Cursor>(
  cursor: Cursor | undefined,
  find: (where: Cursor) => Promise<object | null>,
): Promise<void> {
  if (cursor === undefined) return
  const row = await find(cursor).catch(nothingIfUnfit)
  if (row) return
  throw new GraphQLError('This cursor is no longer in the list. Start again with the first page.', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
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
