/** The words of the command line: nouns and verbs of commands, and the columns of lists. */

/** Of a type or of the rest of a mutation's name. Others are written with dashes: `Webhook` is `webhook`. */
const nounOf: Readonly<Record<string, string>> = {
  ApiKey: 'apikey',
  AwaitedEntity: 'entity',
  CheckPipeline: 'checks',
  FederationPolicy: 'policy',
  HistoricalKey: 'keys',
  Key: 'keys',
  // `inmor mirror` is a command of its own.
  Mirror: 'mirrors',
  AuditEvent: 'audit',
  SigningKey: 'keys',
  SubordinateProblemGroup: 'subordinate',
  SubordinateTag: 'subordinate',
  TrustAnchor: 'anchor',
  TrustMark: 'mark',
  TrustMarkType: 'mark-type',
}

/** Noun and verb of root fields that their names do not say; null: there is no command. */
export const exceptions: Readonly<Record<string, readonly [noun: string, verb: string] | null>> = {
  // Mutations
  approve: ['approval', 'approve'],
  createInvitation: ['user', 'invite'],
  decideWithdrawals: ['publication', 'decide-withdrawals'],
  executeDryRun: ['run', 'execute'],
  invitePerson: ['organization', 'invite'],
  makeIntermediate: ['anchor', 'make-intermediate'],
  override: ['approval', 'override'],
  publishHistoricalKeys: ['publication', 'historical-keys'],
  rebuildPublication: ['publication', 'rebuild'],
  refuse: ['approval', 'refuse'],
  regenerateEntityConfiguration: ['publication', 'entity-configuration'],
  removePerson: ['organization', 'remove-person'],
  resetSecondFactor: ['user', 'reset-second-factor'],
  resetUserPassword: ['user', 'reset-password'],
  restoreVersion: ['audit', 'restore'],
  scheduleRollover: ['rollover', 'set'],
  secureUser: ['user', 'secure'],
  startCollectionWalk: ['collected', 'crawl'],
  startEvaluation: ['policy', 'evaluate'],
  startRebuild: ['publication', 'start-rebuild'],
  startRequestApproval: ['request', 'approve-many'],
  startSubordinateChange: ['subordinate', 'change'],
  stopAwaitingEntity: ['entity', 'stop-awaiting'],
  updateCheckPipeline: ['checks', 'set'],
  updateFederationPolicy: ['policy', 'set'],
  updatePerson: ['organization', 'update-person'],
  updateProtection: ['protection', 'set'],
  updateTrustAnchor: ['settings', 'set'],
  // Queries
  collectionEntities: ['collected', 'list'],
  collectionEntity: ['collected', 'show'],
  historicalKeys: ['keys', 'historical'],
  inspectEntity: ['entity', 'inspect'],
  previewMetadataPolicy: ['policy', 'preview'],
  previewSubordinateStatement: ['subordinate', 'preview'],
  protection: ['protection', 'show'],
  requestAssignees: ['request', 'assignees'],
  resolveEntity: ['entity', 'resolve'],
  serverStatus: ['status', 'show'],
  signingKeys: ['keys', 'list'],
  subordinateProblems: ['subordinate', 'problems'],
  subordinateTags: ['subordinate', 'tags'],
  trustAnchor: ['settings', 'show'],
  viewer: ['viewer', 'show'],
  // Of a person's own session or link, of commands in files of their own, and of the ways by which commands find what they show.
  applyConfiguration: null,
  applyPlan: null,
  configurationExport: null,
  configurationPlan: null,
  configurationSchema: null,
  invitation: null,
  node: null,
  nodes: null,
  plan: null,
  organizationEntity: null,
  signInOptions: null,
}

/** Mutations of one person’s own account, which has a session. */
export const ownAccount: readonly string[] = [
  ...['acceptInvitation', 'changePassword', 'disableTwoFactor', 'endOtherSessions', 'endSession'],
  ...['removePasskey', 'renamePasskey', 'requestDocumentPass', 'updateMail', 'updateNotifications'],
]

export type Name = { noun: string; verb: string }

const dashed = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
const singular = (name: string) => name.replace(/ies$/, 'y').replace(/s$/, '')

export const nounOfType = (type: string): string => nounOf[type] ?? dashed(type)

/** As in a sentence: `audit event`. */
export const wordsOfType = (type: string): string =>
  dashed(type).replaceAll('-', ' ').replace('api', 'API').replace('trust mark', 'Trust Mark')

function exceptionOf(field: string): Name | null | undefined {
  if (ownAccount.includes(field)) return null
  const exception = exceptions[field]
  return exception && { noun: exception[0], verb: exception[1] }
}

/** `registerSubordinate` is `subordinate register`; null: no command. */
export function nameOfMutation(field: string): Name | null {
  const found = exceptionOf(field)
  if (found !== undefined) return found
  const [, verb = field, rest = ''] = /^([a-z]+)(.*)$/.exec(field) ?? []
  return { noun: nounOfType(nounOf[rest] ? rest : singular(rest)), verb }
}

/** A query of a list of a type, or of one object of it. */
export function nameOfQuery(field: string, type: string, isList: boolean): Name | null {
  const found = exceptionOf(field)
  if (found !== undefined) return found
  return { noun: nounOfType(type), verb: isList ? 'list' : 'show' }
}

/** The paths of the columns. Other types have their first five plain fields. */
export const columnsOf: Readonly<Record<string, readonly string[]>> = {
  Alert: ['id', 'code', 'severity', 'since', 'message'],
  ApiKey: ['id', 'name', 'owner.username', 'role', 'state', 'expiresAt'],
  Approval: ['id', 'state', 'mutation', 'resource', 'requestedBy.username', 'expiresAt'],
  AuditEvent: ['id', 'at', 'actor.username', 'action', 'resource', 'outcome'],
  AwaitedEntity: ['entityId', 'since', 'failedCheck.title'],
  CheckPipeline: ['entityType', 'trustMarkType', 'approves', 'version'],
  CollectionEntity: ['entityId', 'displayName', 'entityTypes', 'state'],
  Delivery: ['id', 'event', 'state', 'attempts', 'createdAt'],
  HistoricalKey: ['kid', 'exp', 'revoked.reason'],
  Mail: ['id', 'recipient', 'event', 'state', 'createdAt'],
  Mirror: ['url', 'state', 'number', 'signedAt', 'problem'],
  Organization: ['id', 'name', 'country', 'active', 'memberCount'],
  OrganizationPerson: ['username', 'name', 'mayInvite', 'invitationLink'],
  Request: ['id', 'state', 'kind', 'entityId', 'organizationName', 'submittedAt'],
  SecuredUser: [
    'user.username',
    'sessionsEnded',
    'apiKeysRevoked',
    'invitationsEnded',
    'requestsEnded',
    'changeCount',
    'changes.at',
    'changes.action',
    'changes.resource',
  ],
  Run: ['id', 'kind', 'state', 'done', 'failed', 'startedBy.username', 'startedAt'],
  Schedule: ['name', 'cron', 'enabled', 'nextRunAt', 'lastSucceeded'],
  Subordinate: ['entityId', 'state', 'displayName', 'organizationName', 'lastCheckedAt'],
  KeyRollover: [
    'months',
    'alg',
    'noticeDays',
    'isHeld',
    'version',
    'nextStep',
    'nextStepKid',
    'nextStepAt',
    'waitsFor',
  ],
  SigningKey: ['kid', 'alg', 'state', 'signsSince', 'usableFrom', 'store', 'attributes.isExtractable'],
  SubordinateProblemGroup: ['code', 'count', 'since', 'example.entityId'],
  SubordinateTag: ['tag', 'count'],
  TrustAnchor: ['slug', 'entityId', 'displayName', 'pausedAt', 'status.counts.subordinates'],
  TrustMark: ['id', 'entityId', 'trustMarkType.type', 'state', 'expiresAt'],
  TrustMarkType: ['type', 'active', 'activeMarks', 'validFor', 'description'],
  User: ['username', 'name', 'role', 'banned', 'suspendedUntil', 'lastSignInAt', 'invitation.link'],
  Webhook: ['id', 'url', 'state', 'events'],
}

/** The field by which people know an object, and the query that has it as an argument, searches for it, or lists all. */
export const keysOf: Readonly<
  Record<string, { key: string; query: string; by: 'argument' | 'search' | 'list' }>
> = {
  ApiKey: { key: 'name', query: 'apiKeys', by: 'search' },
  Mirror: { key: 'url', query: 'mirrors', by: 'list' },
  Organization: { key: 'name', query: 'organizations', by: 'search' },
  Subordinate: { key: 'entityId', query: 'subordinate', by: 'argument' },
  TrustMarkType: { key: 'type', query: 'trustMarkType', by: 'argument' },
  User: { key: 'username', query: 'user', by: 'argument' },
  Webhook: { key: 'url', query: 'webhooks', by: 'list' },
}

/** Fields that need a session, those for a chart, and those that have a command of their own. */
export const hidden: readonly string[] = [
  'Approval.signingOptions',
  'PolicyPreview.effect',
  'PolicyPreview.text',
  'ServerStatus.expiringByDay',
  'SigningKeys.keys',
  'SigningKeys.rollover',
  'TrustAnchor.alerts',
  'TrustAnchor.signingKey',
  'Viewer.account',
  'Viewer.organizations',
]

/** Fields that take work, which lists leave out. */
export const costly: readonly string[] = ['Run.rate', 'Subordinate.resolvedMetadata']
