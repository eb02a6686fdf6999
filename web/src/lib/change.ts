/** What has to be read anew after a change, by what it is about. */
import type { ChangedSubscription } from '#lib/gql/graphql.ts'
import { topic } from '#lib/topic.ts'

export type Change = ChangedSubscription['changed']
type Topic = (typeof topic)[keyof typeof topic]

/** By the kind of thing, as the audit log names it. */
const byResource: Readonly<Record<string, readonly Topic[]>> = {
  Subordinate: [topic.subordinates, topic.status],
  TrustMark: [topic.trustMarks, topic.status],
  TrustMarkType: [topic.trustMarks, topic.status],
  TrustAnchor: [topic.trustAnchor, topic.status],
  SigningKey: [topic.signingKeys, topic.trustAnchor],
  User: [topic.users, topic.account],
  ApiKey: [topic.apiKeys],
  Session: [topic.account],
  RenewalRun: [topic.runs],
  Schedule: [topic.schedules],
}

export function topicsOf({ about, auditEvent }: Change): readonly Topic[] {
  if (about === 'SUBORDINATE') return [topic.subordinates, topic.status]
  if (about === 'RUN') return [topic.runs, topic.schedules]
  return [topic.audit, ...(byResource[auditEvent?.resourceType ?? ''] ?? [])]
}

/** Somebody has changed our own name, role or password; a new role or password ends the session as well. */
export const concerns = ({ auditEvent }: Change, username: string) =>
  auditEvent?.resourceType === 'User' && auditEvent.resource === username

/** After a gap nobody knows what was missed. Who we are comes with the next request that is refused. */
export const everyTopic: readonly Topic[] = Object.values(topic).filter((name) => name !== topic.viewer)
