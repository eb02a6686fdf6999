/** Paginates lists by `limit` and `offset`, as `{count, items}`. */
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

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ count: z.int().describe('The total number of items.'), items: z.array(item) })
}

/** The id in the path. */
export const ById = z.object({
  id: z.coerce.number().int().min(1).max(2_147_483_647).describe('The id of the object.'),
})

/** The page as arguments of Prisma. */
export function slice({ limit, offset }: z.output<typeof Page>) {
  return { take: limit, skip: offset }
}
