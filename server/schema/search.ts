/** Search terms. */
import { GraphQLError } from 'graphql'

/** The length of the longest Entity Identifier. */
const MAXIMUM_LENGTH = 2048
const MAXIMUM_WORDS = 16

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
  return term === undefined ? undefined : containing(term)
}

/** The words, each once. @throws GraphQLError */
export function searchWords(search: string | null | undefined): string[] {
  const words = new Set(searchTerm(search)?.split(/\s+/))
  if (words.size > MAXIMUM_WORDS) {
    throw new GraphQLError(`search must have at most ${MAXIMUM_WORDS} words.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  }
  return [...words]
}

/** A condition for each word, in any order. @throws GraphQLError */
export function wordConditions(search: string | null | undefined): SearchCondition[] {
  return searchWords(search).map(containing)
}

/** The condition for columns that contain a word, literally. */
export const containing = (part: string): SearchCondition => ({
  contains: escapeWildcards(part),
  mode: 'insensitive',
})

/** Of LIKE; Prisma does not escape them. */
export const escapeWildcards = (part: string) => part.replace(/[\\%_]/g, '\\$&')
