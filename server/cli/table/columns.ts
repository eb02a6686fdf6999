/** What commands show of the types of the API: the columns of their lists, and the name of an object beside its id. */

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
  User: ['username', 'name', 'role', 'banned', 'lastSignInAt', 'invitation.link'],
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
