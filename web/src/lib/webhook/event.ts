/** The events that webhooks receive, in groups, and in words. */
import { nameOfSlug } from '#lib/anchor/anchor.ts'
import { actionWords } from '#lib/audit/action.ts'
import { capitalized } from '#lib/format.ts'
import type { AnchorFieldsFragment, AuditAction, WebhookEvent } from '#lib/gql/graphql.ts'

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
  REGISTER_SUBORDINATE: 'members',
  UPDATE_SUBORDINATE: 'members',
  RENEW_SUBORDINATE: 'members',
  DEACTIVATE_SUBORDINATE: 'members',
  REACTIVATE_SUBORDINATE: 'members',
  REMOVE_SUBORDINATE: 'members',
  IMPORT_SUBORDINATE: 'members',
  AWAIT_ENTITY: 'candidates',
  STOP_AWAITING_ENTITY: 'candidates',
  CREATE_ORGANIZATION: 'organizations',
  UPDATE_ORGANIZATION: 'organizations',
  ADMIT_ORGANIZATION: 'organizations',
  REMOVE_ORGANIZATION: 'organizations',
  SUBMIT_REQUEST: 'requests',
  APPROVE_REQUEST: 'requests',
  REFUSE_REQUEST: 'requests',
  RETURN_REQUEST: 'requests',
  WITHDRAW_REQUEST: 'requests',
  COMMENT_REQUEST: 'requests',
  UPDATE_CHECK_PIPELINE: 'requests',
  CREATE_TRUST_MARK_TYPE: 'Trust Mark types',
  UPDATE_TRUST_MARK_TYPE: 'Trust Mark types',
  REMOVE_TRUST_MARK_TYPE: 'Trust Mark types',
  IMPORT_TRUST_MARK_TYPE: 'Trust Mark types',
  ISSUE_TRUST_MARK: 'Trust Marks',
  UPDATE_TRUST_MARK: 'Trust Marks',
  RENEW_TRUST_MARK: 'Trust Marks',
  REISSUE_TRUST_MARK: 'Trust Marks',
  REVOKE_TRUST_MARK: 'Trust Marks',
  IMPORT_TRUST_MARK: 'Trust Marks',
  CREATE_TRUST_ANCHOR: 'anchors',
  UPDATE_TRUST_ANCHOR: 'anchors',
  MAKE_INTERMEDIATE: 'anchors',
  PAUSE_TRUST_ANCHOR: 'anchors',
  RESUME_TRUST_ANCHOR: 'anchors',
  REMOVE_TRUST_ANCHOR: 'anchors',
  UPDATE_FEDERATION_POLICY: 'anchors',
  SCHEDULE_ROLLOVER: 'signing keys',
  ANNOUNCE_SIGNING_KEY: 'signing keys',
  SWITCH_SIGNING_KEY: 'signing keys',
  RETIRE_KEY: 'signing keys',
  REVOKE_KEY: 'signing keys',
  CHANGE_KEY_DIRECTORY: 'signing keys',
  RAISE_ALERT: 'alerts',
  END_ALERT: 'alerts',
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
  if (type === 'org.inmor.testWebhook') return 'Test event'
  const event = type
    .replace(/^org\.inmor\./, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
  return Object.hasOwn(actionWords, event) ? actionWords[event as AuditAction] : type // a key of it
}
