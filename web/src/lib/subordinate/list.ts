/** Describes the list of subordinates, with its filters and sorts. */
import { entityTypes } from '#lib/entity/type.ts'
import type { SubordinateFilter, SubordinateOrderField } from '#lib/gql/graphql.ts'
import { findAlgorithm } from '#lib/key/algorithm.ts'
import {
  choice,
  dayInUtc,
  expiry,
  groups,
  link,
  markType,
  organization,
  rowsOf,
  search,
  tags,
} from '#lib/list/filter.ts'
import { type List, listVariables, readOrder, type Search } from '#lib/list/list.ts'
import type { Parameters } from '#lib/list/paging.ts'
import { problemWords } from './problem.ts'
import { subordinateStates } from './state.ts'

/** The value of the filter by state for every state with a problem. */
export const ANY_PROBLEM = 'PROBLEM'

const ofType = (entityType: string): SubordinateFilter => ({ entityType })

export const subordinateList: List<
  SubordinateFilter,
  | 'q'
  | 'type'
  | 'state'
  | 'problem'
  | 'expires'
  | 'configuration'
  | 'mark'
  | 'organization'
  | 'tags'
  | 'algorithm'
> = {
  things: ['subordinate', 'subordinates'],
  filters: {
    q: search('Name, identifier, organization, contact, note or tag'),
    type: choice(
      'Entity Type',
      'All types',
      {
        ...rowsOf(entityTypes, ofType),
        intermediate: { label: 'Intermediate', condition: { intermediate: true } },
      },
      ofType,
    ),
    state: choice('State', 'All states', {
      [ANY_PROBLEM]: { label: 'Any problem', condition: { hasProblem: true } },
      ...rowsOf(subordinateStates, (state): SubordinateFilter => ({ state })),
    }),
    expires: expiry,
    configuration: link('Entity Configuration expires on one day', (value) => {
      const one = dayInUtc(value)
      return (
        one && {
          active: true,
          configurationExpiresAfter: one.from,
          configurationExpiresBefore: one.until,
        }
      )
    }),
    algorithm: link(
      'Does not name an algorithm',
      (value) => {
        const withoutAlgorithm = findAlgorithm(value)
        return withoutAlgorithm && { active: true, withoutAlgorithm }
      },
      (value) => `Does not name ${value}`,
    ),
    mark: markType('Trust Mark', 'All marks'),
    organization: organization('Organization', 'All organizations'),
    tags: tags('Tags', 'All tags'),
    problem: groups(
      'Rule at fault',
      'All rules',
      rowsOf(problemWords, (problem): SubordinateFilter => ({ problem })),
    ),
  },
}

/** `sort` is a key of `sorts`, with a minus for descending order. */
export type SubordinateSearch = Search<typeof subordinateList> & { sort?: string }

const sorts: ReadonlyMap<string, SubordinateOrderField> = new Map([
  ['entity', 'ENTITY_ID'],
  ['registered', 'REGISTERED_AT'],
  ['updated', 'UPDATED_AT'],
  ['expires', 'EXPIRES_AT'],
])

/** `others`: the filters without that by rule, to count the rows of each rule. */
export function subordinateVariables(parameters: Parameters, now = new Date()) {
  const { filter, ...page } = listVariables(parameters, subordinateList, now)
  const { problem: _, ...others } = filter
  return { filter, others, ...page, orderBy: readOrder(parameters, sorts, 'ENTITY_ID') }
}
