/** Describes the list of Trust Marks, with its filters. */
import type { TrustMarkFilter } from '#lib/gql/graphql.ts'
import { choice, expiry, markType, rowsOf, search } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { trustMarkStates } from './state.ts'

/** Not a state: active and expired marks can have it. */
export const FAILED_RENEWAL = 'FAILED_RENEWAL'

export const trustMarkList: List<TrustMarkFilter, 'q' | 'type' | 'state' | 'expires'> = {
  things: ['Trust Mark', 'Trust Marks'],
  filters: {
    q: search('Part of the Entity Identifier'),
    type: markType('Trust Mark type', 'All types'),
    state: choice('State', 'All states', {
      ...rowsOf(trustMarkStates, (state) => ({ state })),
      [FAILED_RENEWAL]: { label: 'Renewal failed', condition: { renewalFailed: true } },
    }),
    expires: expiry,
  },
}
