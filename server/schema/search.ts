/** The conditions of filters by search terms. */
import { asUserInput } from '#server/schema/user-input.ts'
import { containing, type SearchCondition, searchTerm, searchWords } from '#server/services/search.ts'

/** The condition for columns that contain the term, literally; undefined without one. @throws GraphQLError */
export function searchCondition(search: string | null | undefined): SearchCondition | undefined {
  const term = asUserInput(() => searchTerm(search))
  return term === undefined ? undefined : containing(term)
}

/** A condition for each word, in any order. @throws GraphQLError */
export function wordConditions(search: string | null | undefined): SearchCondition[] {
  return asUserInput(() => searchWords(search)).map(containing)
}
