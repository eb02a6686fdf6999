/** The conditions of filters by search terms. */
import { inFilter } from '#server/schema/in-filter.ts'
import { containing, type SearchCondition, searchTerm, searchWords } from '#server/services/search.ts'

/** The condition for columns that contain the term, literally; undefined without one. @throws InvalidInputError */
export function searchCondition(search: string | null | undefined): SearchCondition | undefined {
  const term = inFilter(() => searchTerm(search))
  return term === undefined ? undefined : containing(term)
}

/** A condition for each word, in any order. @throws InvalidInputError */
export function wordConditions(search: string | null | undefined): SearchCondition[] {
  return inFilter(() => searchWords(search)).map(containing)
}
