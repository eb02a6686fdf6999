/** The actions of the audit log. */
import { getMember } from '#core/json.ts'

/** Audit actions, each with the type of the object it changes: mutations, commands and jobs record under these names. */
export const auditActions = {
  registerSubordinate: 'Subordinate',
  updateSubordinate: 'Subordinate',
  renewSubordinate: 'Subordinate',
  deactivateSubordinate: 'Subordinate',
  reactivateSubordinate: 'Subordinate',
  removeSubordinate: 'Subordinate',
  importSubordinate: 'Subordinate',
  awaitEntity: 'AwaitedEntity',
  stopAwaitingEntity: 'AwaitedEntity',
  createOrganization: 'Organization',
  updateOrganization: 'Organization',
  admitOrganization: 'Organization',
  removeOrganization: 'Organization',
  submitRequest: 'Request',
  approveRequest: 'Request',
  refuseRequest: 'Request',
  returnRequest: 'Request',
  withdrawRequest: 'Request',
  commentRequest: 'Request',
  assignRequest: 'Request',
  updateCheckPipeline: 'CheckPipeline',
  createTrustMarkType: 'TrustMarkType',
  updateTrustMarkType: 'TrustMarkType',
  removeTrustMarkType: 'TrustMarkType',
  importTrustMarkType: 'TrustMarkType',
  issueTrustMark: 'TrustMark',
  updateTrustMark: 'TrustMark',
  renewTrustMark: 'TrustMark',
  reissueTrustMark: 'TrustMark',
  revokeTrustMark: 'TrustMark',
  importTrustMark: 'TrustMark',
  announceMirror: 'Mirror',
  removeMirror: 'Mirror',
  createTrustAnchor: 'TrustAnchor',
  updateTrustAnchor: 'TrustAnchor',
  makeIntermediate: 'TrustAnchor',
  pauseTrustAnchor: 'TrustAnchor',
  resumeTrustAnchor: 'TrustAnchor',
  removeTrustAnchor: 'TrustAnchor',
  updateFederationPolicy: 'TrustAnchor',
  scheduleRollover: 'TrustAnchor',
  regenerateEntityConfiguration: 'TrustAnchor',
  publishHistoricalKeys: 'TrustAnchor',
  rebuildPublication: 'TrustAnchor',
  adoptWithdrawals: 'TrustAnchor',
  decideWithdrawals: 'TrustAnchor',
  readdSubordinates: 'TrustAnchor',
  reloadIssuedTrustMarks: 'TrustAnchor',
  import: 'TrustAnchor',
  importSetting: 'TrustAnchor',
  importIssuedTrustMarks: 'TrustAnchor',
  backup: 'TrustAnchor',
  restore: 'TrustAnchor',
  announceSigningKey: 'SigningKey',
  switchSigningKey: 'SigningKey',
  retireKey: 'SigningKey',
  revokeKey: 'SigningKey',
  changeKeyDirectory: 'SigningKey',
  createUser: 'User',
  updateUser: 'User',
  resetUserPassword: 'User',
  resetSecondFactor: 'User',
  endAccess: 'User',
  removeUser: 'User',
  secureUser: 'User',
  invitePerson: 'User',
  updatePerson: 'User',
  removePerson: 'User',
  createInvitation: 'User',
  acceptInvitation: 'User',
  changePassword: 'User',
  enrolTwoFactor: 'User',
  enableTwoFactor: 'User',
  disableTwoFactor: 'User',
  generateRecoveryCodes: 'User',
  registerPasskey: 'User',
  renamePasskey: 'User',
  removePasskey: 'User',
  confirmPasskey: 'User',
  endSession: 'User',
  endOtherSessions: 'User',
  updateMail: 'User',
  updateNotifications: 'User',
  requestDocumentPass: 'User',
  retryMail: 'Mail',
  createApiKey: 'ApiKey',
  revokeApiKey: 'ApiKey',
  signIn: 'Session',
  signOut: 'Session',
  startRenewal: 'Run',
  startCollectionWalk: 'Run',
  startRebuild: 'Run',
  startEvaluation: 'Run',
  reissueTrustMarks: 'Run',
  importSubordinates: 'Run',
  startSubordinateChange: 'Run',
  applyPlan: 'Run',
  applyConfiguration: 'Run',
  startRequestApproval: 'Run',
  promoteSubordinates: 'Run',
  executeDryRun: 'Run',
  cancelRun: 'Run',
  updateSchedule: 'Schedule',
  updateProtection: 'Protection',
  requestApproval: 'Approval',
  commentApproval: 'Approval',
  approve: 'Approval',
  refuse: 'Approval',
  override: 'Approval',
  bypassApproval: 'Approval',
  pruneAuditLog: 'AuditLog',
  removeObjectBytes: 'PublishedObject',
  raiseAlert: 'Alert',
  endAlert: 'Alert',
  acknowledgeAlert: 'Alert',
  snoozeAlert: 'Alert',
  restoreVersion: 'AuditLog',
  createWebhook: 'Webhook',
  updateWebhook: 'Webhook',
  removeWebhook: 'Webhook',
  replayWebhook: 'Webhook',
  testWebhook: 'Webhook',
  pauseWebhook: 'Webhook',
} as const

export type AuditAction = keyof typeof auditActions

export type AuditResourceType = (typeof auditActions)[AuditAction]

/** What entries of 0.1.0 call some types; their hashes cover it. */
const formerTypes: Readonly<Record<string, AuditResourceType>> = { RenewalRun: 'Run' }

export const auditResourceTypes = Object.fromEntries(
  Object.values(auditActions).map((type) => [type, type]),
) as Record<AuditResourceType, AuditResourceType> // each type has a row

/** The type as this version calls it; `OTHER`: it is of another version. */
export function resourceTypeOf(stored: string): AuditResourceType | 'OTHER' {
  const type = formerTypes[stored] ?? stored
  return getMember(auditResourceTypes, type) ?? 'OTHER'
}

/** What entries call a type. */
export const storedTypes = (type: string): string[] => [
  type,
  ...Object.keys(formerTypes).filter((former) => formerTypes[former] === type),
]

/** Types of objects that belong to no anchor. */
export const installationResources: readonly string[] = [
  'User',
  'ApiKey',
  'Session',
  'AuditLog',
  'Webhook',
  'Mail',
  'Protection',
]

export function isAuditAction(name: string): name is AuditAction {
  return Object.hasOwn(auditActions, name)
}

/** `REFUSED`: the caller lacks the right; `FAILED`: any other expected reason. */
export const auditOutcomes = ['SUCCEEDED', 'REFUSED', 'FAILED'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]
