/** Describes the audit log as a list, with its filters. */
import type { AuditAction, AuditEventFilter, AuditResourceType } from '#lib/gql/graphql.ts'
import { choice, day, link, period, type Rows, rowsOf, text } from '#lib/list/filter.ts'
import { type List, listVariables, narrowing, readSearch } from '#lib/list/list.ts'
import type { Parameters } from '#lib/list/paging.ts'
import { actionWords, outcomes } from './action.ts'
import { actionGroup, byGroup } from './action-group.ts'
import { resourceTypes } from './resource-type.ts'

const types: Rows<AuditEventFilter> = Object.fromEntries(
  (Object.entries(resourceTypes) as [AuditResourceType, string][]) // the table's keys
    .map(([type, label]) => [type, { label, condition: { resourceTypes: [type] } }]),
)

/** The actions by the words that entries show, from A to Z in each group. */
const actions: Rows<AuditEventFilter> = Object.fromEntries(
  Object.entries(actionWords)
    .map(([action, label]) => ({ action: action as AuditAction, label })) // the table's keys
    .sort(byGroup)
    .map(({ action, label }) => [action, { label, condition: { actions: [action] } }]),
)

export const auditList: List<
  AuditEventFilter,
  'actor' | 'action' | 'type' | 'resource' | 'outcome' | 'period' | 'from' | 'until' | 'run' | 'bypass'
> = {
  things: ['entry', 'entries'],
  filters: {
    actor: text('User', 'part of a name', (actorContains) => ({ actorContains })),
    // Actions and types are the tables' keys.
    action: choice('Action', 'All actions', actions, undefined, (action) =>
      actionGroup(action as AuditAction),
    ),
    type: choice('Object type', 'All object types', types),
    resource: text('Object', 'part of an identifier', (resourceContains) => ({ resourceContains })),
    outcome: choice(
      'Outcome',
      'Any outcome',
      rowsOf(outcomes, (outcome) => ({ outcome })),
    ),
    period: period('Time', 'Any time', (after) => ({ after })),
    from: day('From', 0, (after) => ({ after })),
    until: day('Until', 1, (before) => ({ before })),
    run: link('Entries of one run', (run) => ({ run })),
    bypass: link('Protected changes without a second person', () => ({
      actions: ['OVERRIDE', 'BYPASS_APPROVAL'],
      outcome: 'SUCCEEDED',
    })),
  },
}

/** Filters after which each entry of a run is a result of its own. */
const unfolding: readonly string[] = ['actor', 'action', 'type', 'resource', 'outcome', 'run', 'bypass']

export function auditVariables(parameters: Parameters, now = new Date()) {
  const set = narrowing(readSearch(parameters, auditList.filters, now), auditList.filters)
  const { filter, ...page } = listVariables(parameters, auditList, now)
  return { filter: { ...filter, folded: !set.some((name) => unfolding.includes(name)) }, ...page }
}
