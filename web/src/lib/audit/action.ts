/** What was done, as the audit log names it, in words for people. */
import type { AuditOutcome } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const actionWords: Readonly<Record<string, string>> = {
  registerSubordinate: 'Registered',
  updateSubordinate: 'Changed',
  renewSubordinate: 'Renewed',
  deactivateSubordinate: 'Deactivated',
  reactivateSubordinate: 'Reactivated',
  removeSubordinate: 'Removed',
  issueTrustMark: 'Trust Mark issued',
  renewTrustMark: 'Trust Mark renewed',
  reissueTrustMark: 'Trust Mark re-issued',
  updateTrustMark: 'Trust Mark changed',
  revokeTrustMark: 'Trust Mark revoked',
  createTrustMarkType: 'Trust Mark type created',
  updateTrustMarkType: 'Trust Mark type changed',
  removeTrustMarkType: 'Trust Mark type removed',
  updateTrustAnchor: 'Trust Anchor changed',
  updateFederationPolicy: 'Metadata policy changed',
  announceSigningKey: 'Signing key announced',
  switchSigningKey: 'Signing key switched',
  retireSigningKey: 'Signing key retired',
  revokeSigningKey: 'Signing key revoked',
  changeKeyDirectory: 'Key directory changed by hand',
  createUser: 'User created',
  updateUser: 'User changed',
  resetUserPassword: 'Password set by an administrator',
  changePassword: 'Password changed',
  startRenewal: 'Renewal started',
  startCollectionWalk: 'Walk of the federation started',
  startRebuild: 'Rebuild of what is published started',
  reissueTrustMarks: 'Re-issue of Trust Marks started',
  importSubordinates: 'Import of subordinates started',
  cancelRun: 'Run cancelled',
  rebuildPublication: 'Everything published anew',
  signIn: 'Signed in',
  signOut: 'Signed out',
  createApiKey: 'API key created',
  revokeApiKey: 'API key revoked',
  endSession: 'Session ended',
  endOtherSessions: 'Other sessions ended',
  endAccess: 'Access by single sign-on ended',
  enableTwoFactor: 'Authenticator app turned on',
  disableTwoFactor: 'Authenticator app turned off',
  resetSecondFactor: 'Second factor reset by an administrator',
  renamePasskey: 'Passkey renamed',
  removePasskey: 'Passkey removed',
  updateSchedule: 'Schedule changed',
  regenerateEntityConfiguration: 'Entity Configuration signed anew',
  publishHistoricalKeys: 'Historical keys signed anew',
  readdSubordinates: 'Subordinates published anew',
  reloadIssuedTrustMarks: 'Trust Marks published anew',
  backup: 'Backup written',
  restore: 'Backup restored',
  pruneAuditLog: 'Old entries of the audit log removed',
  import: 'Installation imported',
  importSetting: 'Setting imported',
  importSubordinate: 'Subordinate imported',
  importTrustMarkType: 'Trust Mark type imported',
  importIssuedTrustMarks: 'Issued Trust Marks imported',
}

const spaced = (action: string) => action.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

/** An action that is not in the table is said as it is called: `verifySecondFactor` is `Verify second factor`. */
export function actionInWords(action: string, outcome: AuditOutcome = 'SUCCEEDED'): string {
  // What was not done must not sound as if it had been.
  if (outcome !== 'SUCCEEDED') return `Tried to ${spaced(action)}`
  const known = Object.hasOwn(actionWords, action) ? actionWords[action] : undefined
  return known ?? spaced(action).replace(/^./, (letter) => letter.toUpperCase())
}

export const outcomes: Readonly<Record<AuditOutcome, { label: string; tone: Tone }>> = {
  SUCCEEDED: { label: 'Done', tone: 'success' },
  REFUSED: { label: 'Refused', tone: 'error' },
  FAILED: { label: 'Failed', tone: 'warning' },
}

export const isOutcome = (name: string): name is AuditOutcome => Object.hasOwn(outcomes, name)
