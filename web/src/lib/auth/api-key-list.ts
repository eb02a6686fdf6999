/** Describes the list of API keys, with its filters. */
import type { ApiKeyFilter } from '#lib/gql/graphql.ts'
import { choice, rowsOf, search } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { apiKeyStates } from './api-key-state.ts'

export const apiKeyList: List<ApiKeyFilter, 'q' | 'state'> = {
  things: ['API key', 'API keys'],
  filters: {
    q: search('Name, first characters or owner'),
    state: choice(
      'State',
      'All states',
      rowsOf(apiKeyStates, (state) => ({ state })),
    ),
  },
}
