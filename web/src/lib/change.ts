/** Topics to reload after a change, by its subject. */
import type { AuditResourceType, ChangedSubscription } from '#lib/gql/graphql.ts'
import { topic } from '#lib/topic.ts'

export type Change = ChangedSubscription['changed']
type Topic = (typeof topic)[keyof typeof topic]

/** By the object type in the audit log. */
const byResource: Readonly<Record<AuditResourceType, readonly Topic[]>> = {
  SUBORDINATE: [topic.subordinates, topic.status],
  AWAITED_ENTITY: [topic.status],
  ORGANIZATION: [topic.organizations],
  REQUEST: [topic.requests],
  CHECK_PIPELINE: [topic.pipelines],
  TRUST_MARK: [topic.trustMarks, topic.status],
  TRUST_MARK_TYPE: [topic.trustMarks, topic.status],
  MIRROR: [topic.status],
  TRUST_ANCHOR: [topic.trustAnchor, topic.status],
  SIGNING_KEY: [topic.signingKeys, topic.trustAnchor],
  USER: [topic.users, topic.people, topic.account],
  API_KEY: [topic.apiKeys],
  SESSION: [topic.account],
  RUN: [topic.runs],
  SCHEDULE: [topic.schedules],
  AUDIT_LOG: [],
  PUBLISHED_OBJECT: [],
  ALERT: [topic.status],
  WEBHOOK: [topic.webhooks, topic.status],
  MAIL: [topic.mails],
  APPROVAL: [topic.approvals, topic.status],
  PROTECTION: [topic.protection],
  OTHER: [],
}

export function topicsOf({ about, auditEvent }: Change): readonly Topic[] {
  if (about === 'SUBORDINATE') return [topic.subordinates, topic.status]
  if (about === 'RUN') return [topic.runs, topic.schedules]
  return [topic.audit, ...(auditEvent ? byResource[auditEvent.resourceType] : [])]
}

/** The viewer's own name, role or password was changed; a new role or password also ends the session. */
export const concerns = ({ auditEvent }: Change, username: string) =>
  auditEvent?.resourceType === 'USER' && auditEvent.resource === username

/** Reloads everything after a gap in the stream. The next refused request shows whether the session still exists. */
export const everyTopic: readonly Topic[] = Object.values(topic).filter((name) => name !== topic.viewer)
