/** Labels of the object types in the audit log. */
import type { AuditResourceType } from '#lib/gql/graphql.ts'

export const resourceTypes: Readonly<Record<AuditResourceType, string>> = {
  SUBORDINATE: 'Subordinate',
  AWAITED_ENTITY: 'Candidate',
  ORGANIZATION: 'Organization',
  REQUEST: 'Request',
  CHECK_PIPELINE: 'Checks of requests',
  TRUST_MARK: 'Trust Mark',
  TRUST_MARK_TYPE: 'Trust Mark type',
  MIRROR: 'Mirror',
  TRUST_ANCHOR: 'Trust Anchor',
  SIGNING_KEY: 'Signing key',
  USER: 'User',
  API_KEY: 'API key',
  SESSION: 'Session',
  RUN: 'Run',
  SCHEDULE: 'Schedule',
  AUDIT_LOG: 'Audit log',
  PUBLISHED_OBJECT: 'Published object',
  ALERT: 'Alert',
  WEBHOOK: 'Webhook',
  MAIL: 'E-mail',
  APPROVAL: 'Approval',
  PROTECTION: 'Protected operations',
  OTHER: 'Object of another version',
}
