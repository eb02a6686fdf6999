/** What a change request asks for, in words: actions that are not done yet. */
import { actionInWords } from '#lib/audit/action.ts'
import type { AuditAction } from '#lib/gql/graphql.ts'

/** Of the actions that can be protected and wait; commands on the server do not wait. */
const tasks: Partial<Record<AuditAction, string>> = {
  switchSigningKey: 'Switch the signing key',
  announceSigningKey: 'Announce a signing key',
  retireKey: 'Retire a signing key',
  revokeKey: 'Revoke a signing key',
  scheduleRollover: 'Change the schedule of the key rollover',
  updateFederationPolicy: 'Change the metadata policy',
  updateTrustAnchor: 'Change the settings of the Trust Anchor',
  createTrustAnchor: 'Create a Trust Anchor',
  makeIntermediate: 'Make the Trust Anchor an Intermediate',
  pauseTrustAnchor: 'Pause the Trust Anchor',
  resumeTrustAnchor: 'Resume the Trust Anchor',
  removeTrustAnchor: 'Remove the Trust Anchor',
  registerSubordinate: 'Register a subordinate',
  updateSubordinate: 'Change a subordinate',
  reactivateSubordinate: 'Reactivate a subordinate',
  deactivateSubordinate: 'Deactivate a subordinate',
  removeSubordinate: 'Remove a subordinate',
  executeDryRun: 'Execute a dry run',
  renewSubordinate: 'Renew a subordinate',
  updateCheckPipeline: 'Let checks approve requests',
  updateSchedule: 'Change a schedule',
  issueTrustMark: 'Issue a Trust Mark',
  renewTrustMark: 'Renew a Trust Mark',
  updateTrustMark: 'Change a Trust Mark',
  revokeTrustMark: 'Revoke a Trust Mark',
  createTrustMarkType: 'Create a Trust Mark type',
  updateTrustMarkType: 'Change a Trust Mark type',
  removeTrustMarkType: 'Remove a Trust Mark type',
  createUser: 'Create a user',
  updateUser: 'Change a user',
  removeUser: 'Remove a user',
  createApiKey: 'Create an API key of another person',
  createInvitation: 'Create an invitation link',
  resetUserPassword: 'Set the password of a user',
  resetSecondFactor: 'Remove the second factor of a user',
  updateProtection: 'Change the protected operations',
}

/** An action of another version is shown as in the audit log. */
export const taskInWords = (action: string) =>
  (Object.hasOwn(tasks, action) ? tasks[action as AuditAction] : undefined) ?? actionInWords(action) // a key of it
