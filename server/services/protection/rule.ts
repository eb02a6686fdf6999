/** Which operation a change is, by its effect: one rule for each action of the audit log. */
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { operationNames, type ProtectedOperation } from '#server/services/protection/operation.ts'

export type Members = Record<string, unknown>
type Operations = readonly ProtectedOperation[]

type Seen = {
  resource: string
  /** The names of the compared fields that differ. */
  changed: readonly string[]
  /** Empty: there was nothing. */
  before: Members
  /** Empty: nothing is left. */
  after: Members
  caller: Caller
}

type Rule = (seen: Seen) => Operations

/** It changes neither what is published nor who may act, or what it changes passes the writer as a change of its own. */
export const none: Rule = () => []

const always =
  (...operations: Operations): Rule =>
  () =>
    operations

/** If another field than these differs. */
const unlessOnly =
  (names: readonly string[], ...operations: Operations): Rule =>
  ({ changed }) =>
    changed.every((name) => names.includes(name)) ? [] : operations

/** If the object came or went, or a field differs. */
const ifDifferent =
  (...operations: Operations): Rule =>
  ({ changed, before, after }) =>
    isEmpty(before) || isEmpty(after) || changed.length > 0 ? operations : []

/** What the clock would do as well needs no decision. Without renewal by the clock, a renewal prolongs it. */
const unlessByClock =
  (...operations: Operations): Rule =>
  ({ before }) =>
    before.autorenew === true ? [] : operations

/** What the steps of a run amount to, as the server found when it made the plan. A renewal has none. */
const ofPlan: Rule = ({ after }) => {
  const { dryRun, operations } = membersOf(after.parameters)
  const named: readonly unknown[] = Array.isArray(operations) ? operations : []
  return dryRun === true ? [] : operationNames.filter((name) => named.includes(name))
}

const member = ifDifferent('MEMBERS')
const mark = ifDifferent('TRUST_MARKS')
const markType = ifDifferent('TRUST_MARKS')
/** Shown to operators only. */
const setting = unlessOnly(['displayName', 'environment', 'color', 'runRetentionDays'], 'ANCHOR')

/** For how long it is kept what happened. */
const evidence = ['auditRetentionDays', 'historyRetentionDays']

/** Every action has a rule: the compiler asks for it. */
export const rules: Record<AuditAction, Rule> = {
  registerSubordinate: member,
  updateSubordinate: member,
  renewSubordinate: unlessByClock('MEMBERS'),
  deactivateSubordinate: member,
  reactivateSubordinate: member,
  removeSubordinate: member,
  importSubordinate: member,
  awaitEntity: none,
  stopAwaitingEntity: none,
  createOrganization: none,
  updateOrganization: none,
  admitOrganization: none,
  removeOrganization: none,
  submitRequest: none,
  approveRequest: none,
  refuseRequest: none,
  returnRequest: none,
  withdrawRequest: none,
  commentRequest: none,
  assignRequest: none,
  updateCheckPipeline: ({ after }) => (after.approves === true ? ['MEMBERS', 'TRUST_MARKS'] : []),
  createTrustMarkType: markType,
  updateTrustMarkType: markType,
  removeTrustMarkType: markType,
  importTrustMarkType: markType,
  issueTrustMark: mark,
  updateTrustMark: mark,
  renewTrustMark: unlessByClock('TRUST_MARKS'),
  reissueTrustMark: none,
  revokeTrustMark: mark,
  importTrustMark: mark,
  announceMirror: none,
  removeMirror: none,
  createTrustAnchor: always('ANCHOR'),
  updateTrustAnchor: (seen) =>
    evidence.some((name) => seen.changed.includes(name)) ? [...setting(seen), 'ACCESS'] : setting(seen),
  makeIntermediate: always('ANCHOR', 'MEMBERS'),
  pauseTrustAnchor: always('ANCHOR'),
  resumeTrustAnchor: always('ANCHOR'),
  removeTrustAnchor: always('ANCHOR'),
  updateFederationPolicy: always('ANCHOR'),
  scheduleRollover: always('ANCHOR'),
  regenerateEntityConfiguration: none,
  publishHistoricalKeys: none,
  rebuildPublication: none,
  // What it changes of members and Trust Marks is a part with a rule of its own.
  adoptWithdrawals: none,
  decideWithdrawals: none,
  readdSubordinates: none,
  reloadIssuedTrustMarks: none,
  import: none,
  importSetting: setting,
  importIssuedTrustMarks: always('TRUST_MARKS'),
  backup: none,
  // The restoration of one anchor; a whole installation is restored where there is none.
  restore: ({ after }) => (after.anchor === undefined ? [] : ['ANCHOR', 'MEMBERS', 'TRUST_MARKS']),
  announceSigningKey: always('ANCHOR'),
  switchSigningKey: always('ANCHOR'),
  retireKey: always('ANCHOR'),
  revokeKey: always('ANCHOR'),
  changeKeyDirectory: none,
  createUser: always('ACCESS'),
  updateUser: unlessOnly(['name'], 'ACCESS'),
  resetUserPassword: always('ACCESS'),
  resetSecondFactor: always('ACCESS'),
  endAccess: none,
  removeUser: always('ACCESS'),
  // What it ends besides is a withdrawal.
  secureUser: ({ changed }) => (changed.includes('banned') ? ['ACCESS'] : []),
  // People of an organization ask; they change nothing themselves.
  invitePerson: none,
  updatePerson: none,
  removePerson: none,
  createInvitation: always('ACCESS'),
  acceptInvitation: none,
  changePassword: none,
  enrolTwoFactor: none,
  enableTwoFactor: none,
  disableTwoFactor: none,
  generateRecoveryCodes: none,
  registerPasskey: none,
  renamePasskey: none,
  removePasskey: none,
  // It is the decision of another person already.
  confirmPasskey: none,
  endSession: none,
  endOtherSessions: none,
  updateMail: none,
  updateNotifications: none,
  requestDocumentPass: none,
  retryMail: none,
  // With the key of another person, one person would be two.
  createApiKey: ({ resource, caller }) => (resource.startsWith(`${caller.name}/`) ? [] : ['ACCESS']),
  revokeApiKey: none,
  signIn: none,
  signOut: none,
  startRenewal: none,
  startCollectionWalk: none,
  startRebuild: none,
  startEvaluation: none,
  reissueTrustMarks: none,
  importSubordinates: ofPlan,
  startSubordinateChange: ofPlan,
  applyPlan: ofPlan,
  applyConfiguration: ofPlan,
  startRequestApproval: ofPlan,
  promoteSubordinates: ofPlan,
  executeDryRun: ofPlan,
  cancelRun: none,
  updateSchedule: always('ANCHOR'),
  updateProtection: always('ACCESS'),
  requestApproval: none,
  commentApproval: none,
  approve: none,
  refuse: none,
  override: none,
  bypassApproval: none,
  pruneAuditLog: always('ACCESS'),
  removeObjectBytes: always('ACCESS'),
  raiseAlert: none,
  endAlert: none,
  acknowledgeAlert: none,
  snoozeAlert: none,
  restoreVersion: none,
  createWebhook: none,
  updateWebhook: none,
  removeWebhook: none,
  replayWebhook: none,
  testWebhook: none,
  pauseWebhook: none,
}

const isEmpty = (members: Members) => Object.keys(members).length === 0

export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {} // an object
}
