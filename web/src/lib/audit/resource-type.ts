/** The kinds of things that operations change, as the audit log names them, in words for people. */
export const resourceTypes: Readonly<Record<string, string>> = {
  Subordinate: 'Subordinate',
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
}

/** A kind that is not in the table is said as it is called. */
export const resourceTypeInWords = (type: string) =>
  Object.hasOwn(resourceTypes, type) ? (resourceTypes[type] ?? type) : type
