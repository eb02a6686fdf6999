/** What the collection shows, as it stands in the address bar. */
import type { CollectionFilter } from '#lib/gql/graphql.ts'

export interface CollectionSearch {
  q: string
  /** An Entity Type. */
  type: string
  /** A Trust Mark type. */
  mark: string
}

export const collectionFilters = ['q', 'type', 'mark'] as const

export function parseCollectionSearch(parameters: URLSearchParams): CollectionSearch {
  const [q = '', type = '', mark = ''] = collectionFilters.map((name) => parameters.get(name) ?? '')
  return { q, type, mark }
}

/** Addresses are typed by people and kept for years: what the API would not understand is left out. */
export function collectionFilterOf({ q, type, mark }: CollectionSearch): CollectionFilter {
  return {
    ...(q && { search: q }),
    ...(type && { entityType: type }),
    ...(URL.canParse(mark) && { trustMarkType: mark }),
  }
}
