/** Paginates lists by `limit` and `offset`, as `{count, items}`; further parts of requests and answers that routes share. */
import { z } from 'zod'

const MAXIMUM = 1000

export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(MAXIMUM).default(100).describe('The maximum number of items.'),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(0)
    .describe('The number of items to skip.'),
})

export type Range = z.output<typeof Page>

/** A condition of a list: `true` or `false`. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** An answer without a body. */
export const Nothing = z.null()

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ count: z.int().describe('The total number of items.'), items: z.array(item) })
}

/** The id in the path. */
export const ById = z.object({
  id: z.coerce.number().int().min(1).max(2_147_483_647).describe('The id of the object.'),
})

/** The page as arguments of Prisma. */
export function slice({ limit, offset }: Range) {
  return { take: limit, skip: offset }
}

/** The page of a short list, all of which was read. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit, offset }: Range,
  toItem: (row: Row) => Item,
) {
  return { count: rows.length, items: rows.slice(offset, offset + limit).map(toItem) }
}
