/** Search terms of lists. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** The length of the longest Entity Identifier. */
const MAXIMUM_LENGTH = 2048
const MAXIMUM_WORDS = 16

/** The trimmed term; undefined without one. @throws InvalidInputError for a long term */
export function searchTerm(search: string | null | undefined): string | undefined {
  const term = search?.trim()
  if (term && term.length > MAXIMUM_LENGTH)
    throw new InvalidInputError(`search must have at most ${MAXIMUM_LENGTH} characters.`, 'search')
  return term || undefined
}

/** The words, each once. @throws InvalidInputError for many words */
export function searchWords(search: string | null | undefined): string[] {
  const words = new Set(searchTerm(search)?.split(/\s+/))
  if (words.size > MAXIMUM_WORDS)
    throw new InvalidInputError(`search must have at most ${MAXIMUM_WORDS} words.`, 'search')
  return [...words]
}

export type SearchCondition = { contains: string; mode: 'insensitive' }

/** The condition for columns that contain a word, literally. */
export const containing = (part: string): SearchCondition => ({
  contains: escapeWildcards(part),
  mode: 'insensitive',
})

/** Escapes the wildcards of LIKE, because Prisma does not. */
export const escapeWildcards = (part: string) => part.replace(/[\\%_]/g, '\\$&')
