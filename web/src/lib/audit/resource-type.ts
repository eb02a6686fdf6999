/** Labels of the object types in the audit log. */
import type { AuditResourceType } from '#lib/gql/graphql.ts'

export const resourceTypes: Readonly<Record<AuditResourceType, string>> = {
  Subordinate: 'Subordinate',
  AwaitedEntity: 'Candidate',
  Organization: 'Organization',
  Request: 'Request',
  CheckPipeline: 'Checks of requests',
  TrustMark: 'Trust Mark',
  TrustMarkType: 'Trust Mark type',
  TrustAnchor: 'Trust Anchor',
  SigningKey: 'Signing key',
  User: 'User',
  ApiKey: 'API key',
  Session: 'Session',
  RenewalRun: 'Run',
  Schedule: 'Schedule',
  AuditLog: 'Audit log',
  Alert: 'Alert',
  Webhook: 'Webhook',
  Mail: 'E-mail',
  ChangeRequest: 'Approval',
  Protection: 'Protected operations',
}

export const isResourceType = (name: string): name is AuditResourceType => Object.hasOwn(resourceTypes, name)

/** A type of another version is shown by its name. */
export const resourceTypeInWords = (type: string) => (isResourceType(type) ? resourceTypes[type] : type)
