/** Describes the deliveries of a webhook as a list, with its filter. */
import type { DeliveryFilter } from '#lib/gql/graphql.ts'
import { choice, rowsOf } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { deliveryStates } from './state.ts'

export const deliveryList: List<DeliveryFilter, 'state'> = {
  things: ['delivery', 'deliveries'],
  filters: {
    state: choice(
      'State',
      'All states',
      rowsOf(deliveryStates, (state): DeliveryFilter => ({ state })),
    ),
  },
  pageSize: 25,
}
