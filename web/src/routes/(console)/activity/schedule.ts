/** Describes schedules in words: their labels and states. */
import type { ScheduleFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Tone } from '#lib/tone.ts'

graphql(`
  fragment ScheduleFields on Schedule {
    describedIn { ...DescriptionFields }
    id: name
    name description cron enabled nextRunAt lastStartedAt lastEndedAt lastSucceeded lastMessage
    lastRun { id }
  }
`)

export const UpdateSchedule = mutation(`UpdateSchedule { schedule { name } }`)

/** The page on which a user starts the task of a schedule. */
export type ByHand = 'SUBORDINATES' | 'TRUST_MARKS' | 'collection' | 'publication'

const labels: Readonly<Record<string, { label: string; byHand?: ByHand }>> = {
  'regenerate-entity-configuration': { label: 'Entity Configuration', byHand: 'publication' },
  'check-subordinates': { label: 'Checks of subordinates' },
  'republish-future': { label: 'Repair after a wrong clock' },
  'renew-subordinates': { label: 'Renewal of subordinates', byHand: 'SUBORDINATES' },
  'renew-trust-marks': { label: 'Renewal of Trust Marks', byHand: 'TRUST_MARKS' },
  'judge-trust-marks': { label: 'State of Trust Marks' },
  'check-superiors': { label: 'Statements of superiors' },
  'follow-anchors': { label: 'Keys of other Trust Anchors' },
  'renew-own-trust-marks': { label: 'Own Trust Marks' },
  'check-mirrors': { label: 'Mirrors' },
  'key-rollover': { label: 'Scheduled key rollover' },
  'examine-awaited': { label: 'Checks of candidates' },
  'walk-collection': { label: 'Federation crawl', byHand: 'collection' },
  'send-reminders': { label: 'E-mail about what needs attention' },
  'detect-drift': { label: 'Consistency check' },
  'compare-files': { label: 'Comparison with configuration files' },
  'check-certificate': { label: 'Certificate of the public address' },
  'verify-audit-log': { label: 'Verification of the audit log' },
  prune: { label: 'Clean-up' },
}

/** A schedule without a row is shown by its name. */
export const scheduleLabel = (name: string) => labels[name] ?? { label: name }

export function scheduleState({
  enabled,
  lastStartedAt,
  lastEndedAt,
  lastSucceeded,
}: ScheduleFieldsFragment): {
  tone: Tone
  label: string
} {
  if (!enabled) return { tone: 'quiet', label: 'Off' }
  if (lastStartedAt && !lastEndedAt) return { tone: 'warning', label: 'Running' }
  return lastSucceeded === false ? { tone: 'error', label: 'Failed' } : { tone: 'success', label: 'On' }
}
