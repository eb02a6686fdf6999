/** Search terms. */
import { GraphQLError } from 'graphql'

/** The length of the longest Entity Identifier. */
const MAXIMUM_LENGTH = 2048

/** The trimmed term; undefined without one. @throws GraphQLError for a long term */
export function searchTerm(search: string | null | undefined): string | undefined {
  const term = search?.trim()
  if (term && term.length > MAXIMUM_LENGTH) {
    throw new GraphQLError(`search must have at most ${MAXIMUM_LENGTH} characters.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  }
  return term || undefined
}

export type SearchCondition = { contains: string; mode: 'insensitive' }

/** The condition for columns that contain the term, literally; undefined without one. @throws GraphQLError */
export function searchCondition(search: string | null | undefined): SearchCondition | undefined {
  const term = searchTerm(search)
  if (term === undefined) return undefined
  // Prisma does not escape the wildcards of LIKE.
  return { contains: term.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' }
}
