/** Describes the audit log as a list, with its filters. */
import type { AuditEventFilter } from '#lib/gql/graphql.ts'
import { choice, day, rowsOf, text } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { outcomes } from './action.ts'
import { resourceTypes } from './resource-type.ts'

const types = Object.entries(resourceTypes).map(([type, label]) => [
  type,
  { label, condition: { resourceType: type } },
])

export const auditList: List<
  AuditEventFilter,
  'actor' | 'action' | 'type' | 'resource' | 'outcome' | 'from' | 'until'
> = {
  things: ['entry', 'entries'],
  filters: {
    actor: text('User', 'admin, job:…, cli:…', (actor) => ({ actor })),
    action: text('Action', 'registerSubordinate', (action) => ({ action })),
    type: choice('Object type', 'All object types', Object.fromEntries(types), (resourceType) => ({
      resourceType,
    })),
    resource: text('Object', 'https://rp.example.org', (resource) => ({ resource })),
    outcome: choice(
      'Outcome',
      'Any outcome',
      rowsOf(outcomes, (outcome) => ({ outcome })),
    ),
    from: day('From', 0, (after) => ({ after })),
    until: day('Until', 1, (before) => ({ before })),
  },
  advice: 'User, action and object must match completely.',
}
