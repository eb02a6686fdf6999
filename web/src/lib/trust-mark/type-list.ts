/** Describes the list of Trust Mark types, with its filters. */
import type { TrustMarkTypeFilter } from '#lib/gql/graphql.ts'
import { choice, search } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'

export const trustMarkTypeList: List<TrustMarkTypeFilter, 'q' | 'state' | 'owner'> = {
  things: ['Trust Mark type', 'Trust Mark types'],
  filters: {
    q: search('Part of the identifier or description'),
    state: choice('State', 'All states', {
      active: { label: 'Active', condition: { active: true } },
      inactive: { label: 'Inactive', condition: { active: false } },
    }),
    owner: choice('Owner', 'All owners', {
      here: { label: 'This Trust Anchor', condition: { hasOwner: false } },
      elsewhere: { label: 'Another owner', condition: { hasOwner: true } },
    }),
  },
}
