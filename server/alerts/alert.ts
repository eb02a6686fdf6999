/** An alert: something that needs a person. Alerts are computed from the present state, never stored. */

/** The codes with their severities. Scripts know them; add some, and keep the others. */
export const alertCodes = {
  REDIS_UNREACHABLE: ['CRITICAL', 'Redis cannot be reached: nothing is published.'],
  PUBLICATION_STALLED: ['CRITICAL', 'Changes wait, and none of them is being published.'],
  WITHDRAWALS_FOUND: [
    'CRITICAL',
    'Redis had withdrawn objects that the database, an older copy, would publish. They are held back.',
  ],
  KEYS_UNUSABLE: ['CRITICAL', 'The key directory cannot be used.'],
  PUBLICATION_BEHIND: ['WARNING', 'Publication is behind the changes, but goes on.'],
  EXPORT_STALLED: ['WARNING', 'The export of files does not follow what is published.'],
  MIRROR_DIFFERS: [
    'CRITICAL',
    'A mirror has other files than this installation signed, or those of another anchor.',
  ],
  MIRROR_BEHIND: ['WARNING', 'A mirror stands still, or has not been reachable for 15 minutes.'],
  OUTAGE_BUDGET: ['WARNING', 'What is published does not stay valid for the outage budget.'],
  DRIFT: ['WARNING', 'The published data was found to differ from the database.'],
  CONFIGURATION_DRIFT: ['WARNING', 'Objects are not as the configuration files describe them.'],
  NO_WORKER: ['CRITICAL', 'No process executes runs and schedules.'],
  SCHEDULE_FAILING: ['CRITICAL', 'The last execution of a schedule failed.'],
  AUDIT_LOG_CHANGED: [
    'CRITICAL',
    'Entries of the audit log were changed, deleted or inserted, or a protected change has no approval.',
  ],
  CERTIFICATE_EXPIRES: [
    'CRITICAL',
    'The certificate of the public address expires soon, or clients refuse it.',
  ],
  SCHEDULE_OFF: ['WARNING', 'A schedule that keeps the federation alive is switched off.'],
  CLOCK: ['CRITICAL', 'Statements or Trust Marks were issued in the future: a clock was wrong.'],
  SUBORDINATES_EXPIRED: ['CRITICAL', 'Subordinate Statements have expired.'],
  SUBORDINATES_DO_NOT_RESOLVE: ['CRITICAL', 'Published subordinates do not resolve.'],
  SUBORDINATES_UNREACHABLE: ['WARNING', 'Subordinates have not been reachable for more than an hour.'],
  SUBORDINATES_FAILING: ['WARNING', 'Subordinates cannot be renewed.'],
  AWAITED_ENTITY_PASSES: ['WARNING', 'An awaited entity passes all checks now: it can be registered.'],
  COLLECTED_DO_NOT_RESOLVE: [
    'WARNING',
    'Entities below Intermediates, as the last crawl read them, do not resolve.',
  ],
  STATEMENTS_EXPIRE: ['WARNING', 'Subordinate Statements that nothing renews expire soon.'],
  TRUST_MARKS_INVALID: ['CRITICAL', 'Verifiers refuse Trust Marks, although they are not revoked.'],
  TRUST_MARKS_FAILING: ['WARNING', 'Trust Marks cannot be renewed.'],
  TRUST_MARKS_EXPIRE: ['WARNING', 'Trust Marks that nothing renews expire soon.'],
  OWN_TRUST_MARK_FAILING: ['WARNING', 'A Trust Mark issued to this Trust Anchor cannot be renewed.'],
  OWN_TRUST_MARKS_EXPIRE: ['WARNING', 'Trust Marks issued to this Trust Anchor expire soon.'],
  PINNED_ANCHOR_CHANGED: [
    'CRITICAL',
    'A pinned Trust Anchor publishes a configuration that no pinned key verifies.',
  ],
  PINNED_ANCHOR_NOT_FOLLOWED: [
    'WARNING',
    'The keys of a pinned Trust Anchor have not been followed for a day.',
  ],
  KEY_ROLLOVER: ['WARNING', 'A key rollover waits for its next step.'],
  ROLLOVER_STEP_AHEAD: ['WARNING', 'A step of the scheduled key rollover is ahead. It can be held.'],
  ROLLOVER_STUCK: ['WARNING', 'A step of the scheduled key rollover is due and cannot be done.'],
  APPROVAL_BYPASSED: ['CRITICAL', 'A protected change was made without a second person in the last 7 days.'],
  NOBODY_CAN_APPROVE: [
    'CRITICAL',
    'Fewer than two administrators have a passkey that counts: protected changes cannot be approved.',
  ],
  PASSKEY_REGISTERED: [
    'WARNING',
    'Someone who can approve has registered a passkey, which does not count for approvals yet.',
  ],
  CHANGE_WAITS: ['WARNING', 'A protected change waits for the approval of a second person.'],
  CHANGE_ENDS: ['WARNING', 'A protected change ends soon without a decision.'],
  WEBHOOK_FAILING: ['WARNING', 'A webhook has failed for an hour, or was paused because it failed.'],
  MAIL_WAITING: ['WARNING', 'No SMTP server has accepted e-mails for an hour.'],
  MAIL_FAILED: ['WARNING', 'E-mails could not be sent in the last 7 days.'],
  API_KEYS_EXPIRE: ['WARNING', 'API keys expire soon.'],
  SECOND_FACTOR_MISSING: ['WARNING', 'Administrators sign in without a second factor.'],
} as const satisfies Record<string, readonly [AlertSeverity, string]>

/** They name people and their keys, and receivers of events and e-mails. */
export const administratorsOnly: readonly AlertCode[] = [
  'API_KEYS_EXPIRE',
  'SECOND_FACTOR_MISSING',
  'PASSKEY_REGISTERED',
  'WEBHOOK_FAILING',
  'MAIL_WAITING',
  'MAIL_FAILED',
]

/** Reported again for each further thing, because each is a decision of a person. */
export const toldEachTime: readonly AlertCode[] = ['APPROVAL_BYPASSED', 'CHANGE_WAITS', 'CHANGE_ENDS']

/** Mailed although they are warnings, because a person waits for their readers. */
export const toldToApprovers: readonly AlertCode[] = [
  'CHANGE_WAITS',
  'CHANGE_ENDS',
  'ROLLOVER_STUCK',
  'ROLLOVER_STEP_AHEAD',
]

export type AlertSeverity = 'CRITICAL' | 'WARNING'
export type AlertCode = keyof typeof alertCodes

/** The object that an alert is about, where it is one. */
export type AlertSubject = {
  typename: 'Subordinate' | 'AwaitedEntity' | 'ApiKey' | 'User' | 'Webhook'
  key: number | string
}

export type FoundAlert = {
  code: AlertCode
  /** Tells alerts of one code apart, such as the name of a schedule. */
  about?: string
  /** A sentence, with numbers and names. */
  message: string
  /** Absent: since this process saw it first. */
  since?: Date
  subject?: AlertSubject
  /** How many things it is about. */
  size?: number
  /** Whose own acts it is about: they decide nothing about it, and each other person for herself. */
  actors?: readonly string[]
}

/** Reads the present alerts of one part of the installation. */
export type AlertSource<Context> = (context: Context) => Promise<readonly FoundAlert[]>

/** `1 subordinate`, `1,200 subordinates`. */
export function plural(count: number, thing: string, things = `${thing}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? thing : things}`
}
