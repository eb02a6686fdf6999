/** Topics to reload after a change, by its subject. */
import { isResourceType } from '#lib/audit/resource-type.ts'
import type { AuditResourceType, ChangedSubscription } from '#lib/gql/graphql.ts'
import { topic } from '#lib/topic.ts'

export type Change = ChangedSubscription['changed']
type Topic = (typeof topic)[keyof typeof topic]

/** By the object type in the audit log. */
const byResource: Readonly<Record<AuditResourceType, readonly Topic[]>> = {
  Subordinate: [topic.subordinates, topic.status],
  AwaitedEntity: [topic.status],
  Organization: [topic.organizations],
  Request: [topic.requests],
  CheckPipeline: [topic.pipelines],
  TrustMark: [topic.trustMarks, topic.status],
  TrustMarkType: [topic.trustMarks, topic.status],
  TrustAnchor: [topic.trustAnchor, topic.status],
  SigningKey: [topic.signingKeys, topic.trustAnchor],
  User: [topic.users, topic.people, topic.account],
  ApiKey: [topic.apiKeys],
  Session: [topic.account],
  RenewalRun: [topic.runs],
  Schedule: [topic.schedules],
  AuditLog: [],
  Alert: [topic.status],
  Webhook: [topic.webhooks, topic.status],
  Mail: [topic.mails],
  ChangeRequest: [topic.changeRequests, topic.status],
  Protection: [topic.protection],
}

export function topicsOf({ about, auditEvent }: Change): readonly Topic[] {
  if (about === 'SUBORDINATE') return [topic.subordinates, topic.status]
  if (about === 'RUN') return [topic.runs, topic.schedules]
  const type = auditEvent?.resourceType ?? ''
  return [topic.audit, ...(isResourceType(type) ? byResource[type] : [])]
}

/** The viewer's own name, role or password was changed; a new role or password also ends the session. */
export const concerns = ({ auditEvent }: Change, username: string) =>
  auditEvent?.resourceType === 'User' && auditEvent.resource === username

/** Reloads everything after a gap in the stream. The next refused request shows whether the session still exists. */
export const everyTopic: readonly Topic[] = Object.values(topic).filter((name) => name !== topic.viewer)
