/** The subordinates that an action is about: the selected ones, all that match the filter of the list, or a pasted list. */
import type { SubordinateFilter } from '#lib/gql/graphql.ts'
import { readEntityList } from './entity-list.ts'

/** Subordinates of the list. */
export type ListScope = 'selected' | 'matching'
export type Scope = ListScope | 'pasted'

/** What the list shows. */
export interface Shown {
  ids: readonly string[]
  filter: SubordinateFilter
  totalCount: number
}

interface Chosen {
  scope: Scope
  /** The pasted list. */
  text: string
}

/** How many subordinates it names or matches. */
export function subjectCount({ scope, text }: Chosen, shown: Shown): number {
  if (scope === 'selected') return shown.ids.length
  if (scope === 'matching') return shown.totalCount
  return readEntityList(text).entityIds.length
}

/** As the input of a mutation names those of the list. */
export const listed = (scope: ListScope, { ids, filter }: Shown) =>
  scope === 'selected' ? { ids: [...ids] } : { filter }

export function subjects({ scope, text }: Chosen, shown: Shown) {
  if (scope !== 'pasted') return listed(scope, shown)
  const { entityIds, faults } = readEntityList(text)
  // The run says about a bad line that it is not registered.
  return { entityIds: [...entityIds, ...faults.map(({ text: line }) => line)] }
}
