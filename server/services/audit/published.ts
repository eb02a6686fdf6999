/** Which audit actions are events of webhooks. Those about people, their access and the installation's own care are not. */
import { type AuditAction, auditActions } from '#server/services/audit/action.ts'

const table = {
  registerSubordinate: true,
  updateSubordinate: true,
  renewSubordinate: true,
  deactivateSubordinate: true,
  reactivateSubordinate: true,
  removeSubordinate: true,
  importSubordinate: true,
  awaitEntity: true,
  stopAwaitingEntity: true,
  createOrganization: true,
  updateOrganization: true,
  admitOrganization: true,
  removeOrganization: true,
  submitRequest: true,
  approveRequest: true,
  refuseRequest: true,
  returnRequest: true,
  withdrawRequest: true,
  commentRequest: true,
  updateCheckPipeline: true,
  createTrustMarkType: true,
  updateTrustMarkType: true,
  removeTrustMarkType: true,
  importTrustMarkType: true,
  issueTrustMark: true,
  updateTrustMark: true,
  renewTrustMark: true,
  reissueTrustMark: true,
  revokeTrustMark: true,
  importTrustMark: true,
  createTrustAnchor: true,
  updateTrustAnchor: true,
  makeIntermediate: true,
  pauseTrustAnchor: true,
  resumeTrustAnchor: true,
  removeTrustAnchor: true,
  updateFederationPolicy: true,
  scheduleRollover: true,
  announceSigningKey: true,
  switchSigningKey: true,
  retireKey: true,
  revokeKey: true,
  changeKeyDirectory: true,
  // Which operator handles a request.
  assignRequest: false,
  // What is published stays the same.
  regenerateEntityConfiguration: false,
  publishHistoricalKeys: false,
  rebuildPublication: false,
  readdSubordinates: false,
  reloadIssuedTrustMarks: false,
  // Care of the installation.
  import: false,
  importSetting: false,
  importIssuedTrustMarks: false,
  backup: false,
  restore: false,
  updateSchedule: false,
  pruneAuditLog: false,
  acknowledgeAlert: false,
  snoozeAlert: false,
  createWebhook: false,
  updateWebhook: false,
  removeWebhook: false,
  replayWebhook: false,
  testWebhook: false,
  pauseWebhook: false,
  // Each change that a run or a restored version makes has an entry of its own.
  startRenewal: false,
  startCollectionWalk: false,
  startRebuild: false,
  startEvaluation: false,
  reissueTrustMarks: false,
  importSubordinates: false,
  startSubordinateChange: false,
  startRequestApproval: false,
  promoteSubordinates: false,
  cancelRun: false,
  restoreVersion: false,
  // People and their access.
  createUser: false,
  updateUser: false,
  resetUserPassword: false,
  resetSecondFactor: false,
  endAccess: false,
  removeUser: false,
  inviteMember: false,
  updateMember: false,
  removeMember: false,
  createInvitation: false,
  acceptInvitation: false,
  changePassword: false,
  enrolTwoFactor: false,
  enableTwoFactor: false,
  disableTwoFactor: false,
  generateRecoveryCodes: false,
  registerPasskey: false,
  renamePasskey: false,
  removePasskey: false,
  endSession: false,
  endOtherSessions: false,
  createApiKey: false,
  revokeApiKey: false,
  signIn: false,
  signOut: false,
  updateMail: false,
  retryMail: false,
} as const satisfies Record<AuditAction, boolean>

type Table = typeof table

export type PublishedAction = {
  [Action in AuditAction]: Table[Action] extends true ? Action : never
}[AuditAction]

export function isPublished(action: AuditAction): action is PublishedAction {
  return table[action]
}

/** In the order of the audit actions. */
export const publishedActions: readonly PublishedAction[] = (
  Object.keys(auditActions) as AuditAction[]
).filter(isPublished)
