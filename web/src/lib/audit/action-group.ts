/** The actions of the audit log by group: there are too many for one list. */
import type { AuditAction } from '#lib/gql/graphql.ts'
import { actionGroups } from './action.ts'

const headings = Object.keys(actionGroups)

/** Every action is in one of them. */
export const actionGroup = (action: AuditAction): string =>
  Object.entries(actionGroups).find(([, words]) => action in words)?.[0] ?? ''

interface Labelled {
  action: AuditAction
  label: string
}

/** By group, and in it by what it is called. */
export const byGroup = (one: Labelled, other: Labelled) =>
  headings.indexOf(actionGroup(one.action)) - headings.indexOf(actionGroup(other.action)) ||
  one.label.localeCompare(other.label)
