/** What the list of subordinates shows, as it stands in the address bar. */
import type { SubordinateOrderField, SubordinatesPageQueryVariables } from '#lib/gql/graphql.ts'
import { subordinateStates } from '#lib/subordinate/state.ts'

export const PAGE_SIZE = 50

export interface SubordinateSearch {
  q: string
  type: string
  state: string
  /** Days within which the statement expires. */
  expires: string
  /** The type of a Trust Mark that it holds. */
  mark: string
  /** A key of `sorts`, after a minus for the other direction. */
  sort: string
  after: string
  before: string
}

export const sorts: Readonly<Record<string, SubordinateOrderField>> = {
  entity: 'ENTITY_ID',
  registered: 'REGISTERED_AT',
  updated: 'UPDATED_AT',
  expires: 'EXPIRES_AT',
}

/** The filters; the rest says where in the result we are. */
export const filters = ['q', 'type', 'state', 'expires', 'mark'] as const

export function parseSubordinateSearch(parameters: URLSearchParams): SubordinateSearch {
  const value = (name: keyof SubordinateSearch) => parameters.get(name) ?? ''
  return {
    q: value('q'),
    type: value('type'),
    state: value('state'),
    expires: value('expires'),
    mark: value('mark'),
    sort: value('sort'),
    after: value('after'),
    before: value('before'),
  }
}

const isState = (name: string): name is keyof typeof subordinateStates => name in subordinateStates

/** Addresses are typed by people and kept for years: what the API would not understand is left out. */
export function variablesOf(search: SubordinateSearch, now: Date): SubordinatesPageQueryVariables {
  const days = Number(search.expires)
  const field = sorts[search.sort.replace(/^-/, '')] ?? 'ENTITY_ID'
  return {
    filter: {
      ...(search.q && { search: search.q }),
      ...(search.type === 'intermediate'
        ? { intermediate: true }
        : search.type && { entityType: search.type }),
      ...(isState(search.state) && { state: search.state }),
      ...(days > 0 && { expiresBefore: new Date(now.getTime() + days * 86_400_000).toISOString() }),
      ...(URL.canParse(search.mark) && { trustMarkType: search.mark }),
    },
    orderBy: { field, direction: search.sort.startsWith('-') ? 'DESC' : 'ASC' },
    ...(search.before
      ? { last: PAGE_SIZE, before: search.before }
      : { first: PAGE_SIZE, after: search.after || null }),
  }
}

/** The sort that a column's heading leads to: the column's own, or its other direction. */
export const nextSort = (current: string, column: string) => (current === column ? `-${column}` : column)
