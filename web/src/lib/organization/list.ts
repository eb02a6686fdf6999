/** Describes the list of organizations, with its filters and sorts. */
import type { OrganizationFilter, OrganizationOrderField } from '#lib/gql/graphql.ts'
import { choice, rowsOf, search, tags } from '#lib/list/filter.ts'
import { type List, listVariables, readOrder, type Search } from '#lib/list/list.ts'
import type { Parameters } from '#lib/list/paging.ts'
import { countries } from './country.ts'
import { organizationStates } from './state.ts'

const inCountry = countries.map(([country, label]) => [country, { label, condition: { country } }])

export const organizationList: List<OrganizationFilter, 'q' | 'state' | 'country' | 'tags'> = {
  things: ['organization', 'organizations'],
  filters: {
    q: search('Name, number, contact, note or tag'),
    state: choice(
      'State',
      'All states',
      rowsOf(organizationStates, (state) => ({ active: state === 'active' })),
    ),
    country: choice('Country', 'All countries', Object.fromEntries(inCountry)),
    tags: tags('Tags'),
  },
}

/** `sort` is a key of `sorts`, with a minus for descending order. */
export type OrganizationSearch = Search<typeof organizationList> & { sort?: string }

const sorts: ReadonlyMap<string, OrganizationOrderField> = new Map([
  ['name', 'NAME'],
  ['created', 'CREATED_AT'],
])

export const organizationVariables = (parameters: Parameters) => ({
  ...listVariables(parameters, organizationList),
  orderBy: readOrder(parameters, sorts, 'NAME'),
})
