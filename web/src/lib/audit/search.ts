/** Which entries of the audit log are shown, as it stands in the address bar. */
import { isOutcome } from '#lib/audit/action.ts'
import type { AuditEventFilter } from '#lib/gql/graphql.ts'

export interface AuditSearch {
  actor: string
  action: string
  type: string
  resource: string
  /** Whether it was done. */
  outcome: string
  /** Days, as a date field has them; both are included. */
  from: string
  until: string
  after: string
  before: string
}

/** The conditions; the rest says where in the result we are. */
export const auditFilters = ['actor', 'action', 'type', 'resource', 'outcome', 'from', 'until'] as const

export function parseAuditSearch(parameters: URLSearchParams): AuditSearch {
  const value = (name: keyof AuditSearch) => parameters.get(name)?.trim() ?? ''
  return {
    actor: value('actor'),
    action: value('action'),
    type: value('type'),
    resource: value('resource'),
    outcome: value('outcome'),
    from: value('from'),
    until: value('until'),
    after: value('after'),
    before: value('before'),
  }
}

/** Midnight where the reader is; addresses are typed by people, so what is no date does not count. */
function midnight(day: string, daysLater = 0): string | undefined {
  const date = new Date(`${day}T00:00:00`)
  if (Number.isNaN(date.getTime())) return undefined
  date.setDate(date.getDate() + daysLater)
  return date.toISOString()
}

export function auditFilter({
  actor,
  action,
  type,
  resource,
  outcome,
  from,
  until,
}: AuditSearch): AuditEventFilter {
  const after = midnight(from)
  const before = midnight(until, 1)
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(type && { resourceType: type }),
    ...(resource && { resource }),
    ...(isOutcome(outcome) && { outcome }),
    ...(after && { after }),
    ...(before && { before }),
  }
}
