/** What an approval asks for, in words: actions that are not done yet. */
import { actionInWords } from '#lib/audit/action.ts'
import type { AuditAction } from '#lib/gql/graphql.ts'

/** The actions that can be protected and wait; commands on the server do not wait. */
const tasks: Partial<Record<AuditAction, string>> = {
  SWITCH_SIGNING_KEY: 'Switch the signing key',
  ANNOUNCE_SIGNING_KEY: 'Announce a signing key',
  RETIRE_KEY: 'Retire a signing key',
  REVOKE_KEY: 'Revoke a signing key',
  SCHEDULE_ROLLOVER: 'Change the schedule of the key rollover',
  UPDATE_FEDERATION_POLICY: 'Change the metadata policy',
  UPDATE_TRUST_ANCHOR: 'Change the settings of the Trust Anchor',
  CREATE_TRUST_ANCHOR: 'Create a Trust Anchor',
  MAKE_INTERMEDIATE: 'Make the Trust Anchor an Intermediate',
  PAUSE_TRUST_ANCHOR: 'Pause the Trust Anchor',
  RESUME_TRUST_ANCHOR: 'Resume the Trust Anchor',
  REMOVE_TRUST_ANCHOR: 'Remove the Trust Anchor',
  REGISTER_SUBORDINATE: 'Register a subordinate',
  UPDATE_SUBORDINATE: 'Change a subordinate',
  REACTIVATE_SUBORDINATE: 'Reactivate a subordinate',
  DEACTIVATE_SUBORDINATE: 'Deactivate a subordinate',
  REMOVE_SUBORDINATE: 'Remove a subordinate',
  APPLY_PLAN: 'Apply a plan',
  APPLY_CONFIGURATION: 'Apply configuration files',
  EXECUTE_DRY_RUN: 'Execute a dry run',
  RENEW_SUBORDINATE: 'Renew a subordinate',
  UPDATE_CHECK_PIPELINE: 'Let checks approve requests',
  UPDATE_SCHEDULE: 'Change a schedule',
  ISSUE_TRUST_MARK: 'Issue a Trust Mark',
  RENEW_TRUST_MARK: 'Renew a Trust Mark',
  UPDATE_TRUST_MARK: 'Change a Trust Mark',
  REVOKE_TRUST_MARK: 'Revoke a Trust Mark',
  CREATE_TRUST_MARK_TYPE: 'Create a Trust Mark type',
  UPDATE_TRUST_MARK_TYPE: 'Change a Trust Mark type',
  REMOVE_TRUST_MARK_TYPE: 'Remove a Trust Mark type',
  CREATE_USER: 'Create a user',
  UPDATE_USER: 'Change a user',
  REMOVE_USER: 'Remove a user',
  CREATE_API_KEY: 'Create an API key of another person',
  CREATE_INVITATION: 'Create an invitation link',
  RESET_USER_PASSWORD: 'Set the password of a user',
  SECURE_USER: 'Secure an account',
  RESET_SECOND_FACTOR: 'Remove the second factor of a user',
  UPDATE_PROTECTION: 'Change the protected operations',
}

export const taskInWords = (action: AuditAction) => tasks[action] ?? actionInWords(action)
