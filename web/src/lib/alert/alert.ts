/** Describes alerts: their tone, and the page that shows the cause. */
import type { AlertCode, AlertFieldsFragment, AlertSeverity } from '#lib/gql/graphql.ts'
import { route } from '#lib/route.ts'
import { ANY_PROBLEM } from '#lib/subordinate/list.ts'
import type { Tone } from '#lib/tone.ts'
import { FAILED_RENEWAL } from '#lib/trust-mark/list.ts'

export const severityTones: Record<AlertSeverity, Tone> = { CRITICAL: 'error', WARNING: 'warning' }

const SOON = '14'

const places: Record<AlertCode, () => string> = {
  REDIS_UNREACHABLE: route.publication,
  PUBLICATION_STALLED: route.publication,
  WITHDRAWALS_FOUND: route.audit,
  KEYS_UNUSABLE: route.keys,
  PUBLICATION_BEHIND: route.publication,
  EXPORT_STALLED: route.publication,
  MIRROR_DIFFERS: route.publication,
  MIRROR_BEHIND: route.publication,
  OUTAGE_BUDGET: route.publication,
  DRIFT: route.activity,
  CONFIGURATION_DRIFT: route.activity,
  NO_WORKER: route.activity,
  SCHEDULE_FAILING: route.activity,
  AUDIT_LOG_CHANGED: route.audit,
  CERTIFICATE_EXPIRES: route.activity,
  SCHEDULE_OFF: route.activity,
  CLOCK: route.subordinates,
  SUBORDINATES_EXPIRED: () => route.subordinates({ state: 'EXPIRED' }),
  SUBORDINATES_DO_NOT_RESOLVE: () => route.subordinates({ state: 'DOES_NOT_RESOLVE' }),
  SUBORDINATES_UNREACHABLE: () => route.subordinates({ state: 'UNREACHABLE' }),
  SUBORDINATES_FAILING: () => route.subordinates({ state: ANY_PROBLEM }),
  AWAITED_ENTITY_PASSES: () => route.registerSubordinate(),
  COLLECTED_DO_NOT_RESOLVE: () => route.collection({ state: 'DOES_NOT_RESOLVE' }),
  STATEMENTS_EXPIRE: () => route.subordinates({ expires: SOON, sort: 'expires' }),
  TRUST_MARKS_INVALID: () => route.trustMarks({ state: 'INVALID' }),
  TRUST_MARKS_FAILING: () => route.trustMarks({ state: FAILED_RENEWAL }),
  TRUST_MARKS_EXPIRE: route.trustMarks,
  OWN_TRUST_MARK_FAILING: route.settings,
  OWN_TRUST_MARKS_EXPIRE: route.settings,
  PINNED_ANCHOR_CHANGED: route.settings,
  PINNED_ANCHOR_NOT_FOLLOWED: route.settings,
  KEY_ROLLOVER: route.keys,
  ROLLOVER_STEP_AHEAD: route.keys,
  ROLLOVER_STUCK: route.keys,
  APPROVAL_BYPASSED: () => route.audit({ bypass: '1' }),
  NOBODY_CAN_APPROVE: route.users,
  PASSKEY_REGISTERED: route.users,
  CHANGE_WAITS: route.approvals,
  CHANGE_ENDS: route.approvals,
  WEBHOOK_FAILING: route.webhooks,
  MAIL_WAITING: route.mail,
  MAIL_FAILED: route.mail,
  API_KEYS_EXPIRE: route.apiKeys,
  SECOND_FACTOR_MISSING: route.users,
}

/** The object itself, where there is one with a page. */
export function placeOf({ code, node }: Pick<AlertFieldsFragment, 'code' | 'node'>): string {
  if (node?.__typename === 'AwaitedEntity') return route.registerSubordinate(node.entityId)
  if (node?.__typename === 'Webhook') return route.webhook(node.id)
  return node?.__typename === 'Subordinate' ? route.subordinate(node.id) : places[code]()
}

/** Those without a decision come first; the order is otherwise the server’s. */
export function byAttention<Alert extends Pick<AlertFieldsFragment, 'acknowledgedBy' | 'snoozedUntil'>>(
  alerts: readonly Alert[],
): { open: Alert[]; settled: Alert[] } {
  const isSettled = ({ acknowledgedBy, snoozedUntil }: Alert) => Boolean(acknowledgedBy ?? snoozedUntil)
  return {
    open: alerts.filter((alert) => !isSettled(alert)),
    settled: alerts.filter(isSettled),
  }
}
