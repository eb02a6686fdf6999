/** Searches the text that a trigger of the database writes in lower case: LIKE takes half the time of ILIKE. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { inFilter } from '#server/schema/in-filter.ts'
import { escapeWildcards, searchTerm, searchWords } from '#server/services/search.ts'

/** A condition for each word, in any order. @throws InvalidInputError */
export function searchTextConditions(search: string | null | undefined): Prisma.SubordinateWhereInput[] {
  return inFilter(() => searchWords(search)).map((word) => ({ OR: contained(word) }))
}

/** The condition for the term, literally; undefined without one. @throws InvalidInputError */
export function searchTermCondition(
  search: string | null | undefined,
): Prisma.TrustMarkWhereInput | undefined {
  const term = inFilter(() => searchTerm(search))
  return term === undefined ? undefined : { OR: contained(term) }
}

const contained = (part: string) =>
  spellingsOf(part).map((spelling) => ({ searchText: { contains: escapeWildcards(spelling) } }))

/** In lower case; a database with the locale C changes only the letters of ASCII. */
function spellingsOf(word: string): string[] {
  const ascii = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  // Letter by letter, as the database does.
  const all = [...word].map((letter) => letter.toLowerCase()).join('')
  return [...new Set([all, ascii])]
}
