/** Labels of the actions and outcomes in the audit log. */
import type { AuditAction, AuditOutcome } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const actionWords: Readonly<Record<AuditAction, string>> = {
  registerSubordinate: 'Subordinate registered',
  updateSubordinate: 'Subordinate changed',
  renewSubordinate: 'Subordinate renewed',
  deactivateSubordinate: 'Subordinate deactivated',
  reactivateSubordinate: 'Subordinate reactivated',
  removeSubordinate: 'Subordinate removed',
  awaitEntity: 'Hourly checks of a candidate started',
  stopAwaitingEntity: 'Hourly checks of a candidate ended',
  createOrganization: 'Organization created',
  updateOrganization: 'Organization changed',
  admitOrganization: 'Organization admitted',
  removeOrganization: 'Organization removed',
  inviteMember: 'Person added to an organization',
  updateMember: 'Person of an organization changed',
  removeMember: 'Person removed from an organization',
  issueTrustMark: 'Trust Mark issued',
  renewTrustMark: 'Trust Mark renewed',
  reissueTrustMark: 'Trust Mark re-signed',
  updateTrustMark: 'Trust Mark changed',
  revokeTrustMark: 'Trust Mark revoked',
  createTrustMarkType: 'Trust Mark type created',
  updateTrustMarkType: 'Trust Mark type changed',
  removeTrustMarkType: 'Trust Mark type removed',
  createTrustAnchor: 'Trust Anchor created',
  updateTrustAnchor: 'Trust Anchor changed',
  makeIntermediate: 'Trust Anchor made an Intermediate',
  pauseTrustAnchor: 'Trust Anchor paused',
  resumeTrustAnchor: 'Trust Anchor resumed',
  removeTrustAnchor: 'Trust Anchor removed',
  updateFederationPolicy: 'Metadata policy changed',
  announceSigningKey: 'Signing key announced',
  switchSigningKey: 'Signing key switched',
  retireKey: 'Signing key retired',
  revokeKey: 'Signing key revoked',
  changeKeyDirectory: 'Key directory changed by hand',
  createUser: 'User created',
  updateUser: 'User changed',
  resetUserPassword: 'Password set by an administrator',
  changePassword: 'Password changed',
  removeUser: 'User removed',
  createInvitation: 'Invitation link created',
  acceptInvitation: 'Invitation accepted',
  startRenewal: 'Renewal started',
  startCollectionWalk: 'Federation crawl started',
  startRebuild: 'Full republish started',
  startEvaluation: 'Evaluation of subordinates started',
  acknowledgeAlert: 'Alert acknowledged',
  snoozeAlert: 'Alert put aside',
  reissueTrustMarks: 'Re-signing of Trust Marks started',
  importSubordinates: 'Import of subordinates started',
  startSubordinateChange: 'Change of many subordinates started',
  promoteSubordinates: 'Promotion started',
  cancelRun: 'Run cancelled',
  rebuildPublication: 'Everything republished',
  signIn: 'Signed in',
  signOut: 'Signed out',
  createApiKey: 'API key created',
  revokeApiKey: 'API key revoked',
  endSession: 'Session ended',
  endOtherSessions: 'Other sessions ended',
  endAccess: 'Access by single sign-on ended',
  enrolTwoFactor: 'Authenticator app enrolled',
  enableTwoFactor: 'Authenticator app turned on',
  disableTwoFactor: 'Authenticator app turned off',
  resetSecondFactor: 'Second factor reset by an administrator',
  generateRecoveryCodes: 'Recovery codes generated',
  registerPasskey: 'Passkey registered',
  renamePasskey: 'Passkey renamed',
  removePasskey: 'Passkey removed',
  updateSchedule: 'Schedule changed',
  regenerateEntityConfiguration: 'Entity Configuration re-signed',
  publishHistoricalKeys: 'Historical keys re-signed',
  readdSubordinates: 'Subordinates republished',
  reloadIssuedTrustMarks: 'Issued Trust Marks republished',
  backup: 'Backup written',
  restore: 'Backup restored',
  pruneAuditLog: 'Old audit entries deleted',
  restoreVersion: 'Earlier version restored',
  import: 'Installation imported',
  importSetting: 'Setting imported',
  importSubordinate: 'Subordinate imported',
  importTrustMarkType: 'Trust Mark type imported',
  importTrustMark: 'Trust Mark imported',
  importIssuedTrustMarks: 'Issued Trust Marks imported',
}

const isKnown = (action: string): action is AuditAction => Object.hasOwn(actionWords, action)

const spaced = (action: string) => action.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

/** An action of another version is shown by its name: `verifySecondFactor` as `Verify second factor`. */
export function actionInWords(action: string, outcome: AuditOutcome = 'SUCCEEDED'): string {
  // A refused or failed action must not read like a success.
  if (outcome !== 'SUCCEEDED') return `Tried to ${spaced(action)}`
  return isKnown(action)
    ? actionWords[action]
    : spaced(action).replace(/^./, (letter) => letter.toUpperCase())
}

export const outcomes: Readonly<Record<AuditOutcome, { label: string; tone: Tone }>> = {
  SUCCEEDED: { label: 'Done', tone: 'success' },
  REFUSED: { label: 'Refused', tone: 'error' },
  FAILED: { label: 'Failed', tone: 'warning' },
}
