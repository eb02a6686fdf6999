/** The events that webhooks receive, in groups, and in words. */
import { nameOfSlug } from '#lib/anchor/anchor.ts'
import { actionInWords, actionWords } from '#lib/audit/action.ts'
import { capitalized } from '#lib/format.ts'
import type { AnchorFieldsFragment, WebhookEvent } from '#lib/gql/graphql.ts'

type Group =
  | 'members'
  | 'candidates'
  | 'organizations'
  | 'requests'
  | 'Trust Mark types'
  | 'Trust Marks'
  | 'anchors'
  | 'signing keys'
  | 'alerts'

const groupOf: Readonly<Record<WebhookEvent, Group>> = {
  registerSubordinate: 'members',
  updateSubordinate: 'members',
  renewSubordinate: 'members',
  deactivateSubordinate: 'members',
  reactivateSubordinate: 'members',
  removeSubordinate: 'members',
  importSubordinate: 'members',
  awaitEntity: 'candidates',
  stopAwaitingEntity: 'candidates',
  createOrganization: 'organizations',
  updateOrganization: 'organizations',
  admitOrganization: 'organizations',
  removeOrganization: 'organizations',
  submitRequest: 'requests',
  approveRequest: 'requests',
  refuseRequest: 'requests',
  returnRequest: 'requests',
  withdrawRequest: 'requests',
  commentRequest: 'requests',
  updateCheckPipeline: 'requests',
  createTrustMarkType: 'Trust Mark types',
  updateTrustMarkType: 'Trust Mark types',
  removeTrustMarkType: 'Trust Mark types',
  importTrustMarkType: 'Trust Mark types',
  issueTrustMark: 'Trust Marks',
  updateTrustMark: 'Trust Marks',
  renewTrustMark: 'Trust Marks',
  reissueTrustMark: 'Trust Marks',
  revokeTrustMark: 'Trust Marks',
  importTrustMark: 'Trust Marks',
  createTrustAnchor: 'anchors',
  updateTrustAnchor: 'anchors',
  makeIntermediate: 'anchors',
  pauseTrustAnchor: 'anchors',
  resumeTrustAnchor: 'anchors',
  removeTrustAnchor: 'anchors',
  updateFederationPolicy: 'anchors',
  scheduleRollover: 'signing keys',
  announceSigningKey: 'signing keys',
  switchSigningKey: 'signing keys',
  retireKey: 'signing keys',
  revokeKey: 'signing keys',
  changeKeyDirectory: 'signing keys',
  raiseAlert: 'alerts',
  endAlert: 'alerts',
}

const inOrder = Object.keys(groupOf) as WebhookEvent[] // the table's keys

export interface EventGroup {
  /** A plural noun, as in “all about members”. */
  name: Group
  events: readonly WebhookEvent[]
}

export const eventGroups: readonly EventGroup[] = [...new Set(Object.values(groupOf))].map((name) => ({
  name,
  events: inOrder.filter((event) => groupOf[event] === name),
}))

export const eventName = (event: WebhookEvent) => actionWords[event]

/** What a webhook gets, in one line; no events are all of them. */
export function eventsInWords(events: readonly WebhookEvent[]): string {
  if (events.length === 0) return 'All events'
  const parts = eventGroups.flatMap(({ name, events: own }) => {
    const chosen = own.filter((event) => events.includes(event)).length
    if (chosen === 0) return []
    return chosen === own.length ? `all about ${name}` : `${chosen} of ${own.length} about ${name}`
  })
  return capitalized(parts.join(', '))
}

/** The names of anchors; no slugs are all of them. */
export const anchorsInWords = (slugs: readonly string[], anchors: readonly AnchorFieldsFragment[]) =>
  slugs.length === 0 ? 'Every anchor' : slugs.map((slug) => nameOfSlug(slug, anchors)).join(', ')

/** The type of an event: `org.inmor.registerSubordinate` as `Subordinate registered`. */
export function eventTypeInWords(type: string): string {
  const action = type.replace(/^org\.inmor\./, '')
  return action === 'testWebhook' ? 'Test event' : actionInWords(action)
}
