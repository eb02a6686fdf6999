/** The arguments with which the isolation test calls each field: those of one anchor, with the ids of another. */

/** In every text of the first anchor that its operators write. */
export const MARK = 'only-in-main'
export const TYPE = 'https://marks.example.org/member'
export const REGISTER = 'Register of libraries'
export const AWAITED = 'http://awaited.example.org'

export type Ids = {
  subordinate: string
  trustMark: string
  trustMarkType: string
  run: string
  entry: string
  awaited: string
  organization: string
  request: string
  pipeline: string
  mirror: string
}

/** What an anchor has: the entity is a member of both. */
export type Filled = Ids & { entityId: string; kid: string }

const configurationFile = {
  name: 'a.yaml',
  content: 'apiVersion: inmor/v1\nanchor: test\nsettings: { color: "#123456" }\n',
}

type Rows = Record<string, (ids: Filled) => Record<string, unknown>>
const none = () => ({})

/** The arguments with which each query is called. */
export const queries: Rows = {
  alerts: none,
  auditEvent: ({ entry }) => ({ id: entry }),
  auditEvents: none,
  awaitedEntities: none,
  checkPipelines: none,
  collectionEntities: none,
  // A file of another anchor is refused; it is read from the name in it.
  configurationExport: none,
  plan: () => ({ source: { files: { files: [configurationFile] } } }),
  configurationPlan: () => ({ files: [configurationFile] }),
  collectionEntity: ({ entityId }) => ({ entityId }),
  historicalKeys: none,
  inspectEntity: ({ entityId }) => ({ entityId }),
  mirrors: none,
  organization: () => ({ identifier: MARK, identifierScheme: REGISTER }),
  organizations: none,
  node: ({ subordinate }) => ({ id: subordinate }),
  nodes: ({ subordinate, trustMark, trustMarkType, run, entry, organization, request, pipeline }) => ({
    ids: [subordinate, trustMark, trustMarkType, run, entry, organization, request, pipeline],
  }),
  previewMetadataPolicy: () => ({ policy: {} }),
  previewSubordinateStatement: ({ subordinate }) => ({ id: subordinate }),
  run: ({ run }) => ({ id: run }),
  runs: none,
  requestAssignees: none,
  requests: none,
  resolveEntity: ({ entityId }) => ({ entityId }),
  schedule: () => ({ name: 'prune' }),
  schedules: none,
  serverStatus: none,
  signingKey: ({ kid }) => ({ kid }),
  signingKeys: none,
  subordinate: ({ entityId }) => ({ entityId }),
  subordinateProblems: () => ({ filter: { search: 'only-in' } }),
  subordinateTags: none,
  subordinates: () => ({ filter: { search: 'only-in' } }),
  trustAnchor: none,
  trustMark: ({ trustMark }) => ({ id: trustMark }),
  trustMarkType: () => ({ type: TYPE }),
  trustMarkTypes: none,
  trustMarks: none,
}

const input =
  (members: (ids: Filled) => object): Rows[string] =>
  (ids) => ({ input: members(ids) })
const ofSubordinate = input(({ subordinate }) => ({ id: subordinate }))
const ofMark = input(({ trustMark }) => ({ id: trustMark }))
const ofOrganization = input(({ organization }) => ({ id: organization }))
const ofRequest = (further: object) => input(({ request }) => ({ id: request, ...further }))
const ofType = input(({ trustMarkType }) => ({ id: trustMarkType }))

/** The same for mutations. What they do in their own anchor is not looked at, only that nothing else changes. */
export const mutations: Rows = {
  acknowledgeAlert: input(() => ({ id: 'SCHEDULE_OFF:renew-subordinates' })),
  announceMirror: input(() => ({ url: 'http://127.0.0.1:2' })),
  announceSigningKey: input(() => ({ alg: 'ES256' })),
  applyPlan: input(() => ({ hash: 'x', source: { list: { lines: ['http://127.0.0.1:3'] } } })),
  applyConfiguration: input(() => ({ files: [configurationFile] })),
  approveRequest: ofRequest({}),
  assignRequest: ofRequest({ username: 'operator' }),
  awaitEntity: input(() => ({ entityId: 'http://127.0.0.1:1' })),
  cancelRun: input(({ run }) => ({ id: run })),
  executeDryRun: input(({ run }) => ({ id: run })),
  createOrganization: input(() => ({ name: 'Another' })),
  createTrustMarkType: input(() => ({ type: `${TYPE}/2` })),
  deactivateSubordinate: ofSubordinate,
  decideWithdrawals: input(() => ({ decision: 'ACCEPT' })),
  importSubordinates: input(({ entityId }) => ({ subordinates: [{ entityId }] })),
  issueTrustMark: input(() => ({ trustMarkType: TYPE, entityId: 'https://rp.example.org' })),
  publishHistoricalKeys: none,
  reactivateSubordinate: ofSubordinate,
  rebuildPublication: none,
  regenerateEntityConfiguration: none,
  refuseRequest: ofRequest({ reason: 'No.' }),
  registerSubordinate: input(({ entityId }) => ({ entityId })),
  reissueTrustMarks: input(() => ({})),
  removeMirror: input(({ mirror }) => ({ id: mirror })),
  removeOrganization: ofOrganization,
  removeSubordinate: ofSubordinate,
  removeTrustMarkType: ofType,
  renewSubordinate: ofSubordinate,
  renewTrustMark: ofMark,
  restoreVersion: input(({ entry }) => ({ auditEventId: entry })),
  retireKey: input(({ kid }) => ({ kid })),
  returnRequest: ofRequest({ message: 'What?' }),
  revokeKey: input(({ kid }) => ({ kid, reason: 'compromised' })),
  revokeTrustMark: ofMark,
  scheduleRollover: input(() => ({ months: 12 })),
  snoozeAlert: input(() => ({ id: 'SCHEDULE_OFF:renew-subordinates', until: '2126-01-01T00:00:00Z' })),
  startCollectionWalk: none,
  startEvaluation: none,
  startRebuild: none,
  startRequestApproval: input(({ request }) => ({ requests: { ids: [request] } })),
  startRenewal: () => ({ input: { kind: 'SUBORDINATES' } }),
  startSubordinateChange: input(({ subordinate }) => ({
    action: 'REMOVE',
    subordinates: { ids: [subordinate] },
  })),
  stopAwaitingEntity: input(() => ({ entityId: AWAITED })),
  switchSigningKey: input(() => ({ overrideReason: 'test' })),
  updateCheckPipeline: input(() => ({ trustMarkType: TYPE, approves: true })),
  updateFederationPolicy: input(() => ({ metadataPolicy: {} })),
  updateOrganization: input(({ organization }) => ({ id: organization, name: 'changed' })),
  updateSchedule: input(() => ({ name: 'prune', cron: '1 1 1 1 *' })),
  updateSubordinate: input(({ subordinate }) => ({ id: subordinate, note: 'changed' })),
  updateTrustAnchor: input(() => ({ organizationName: 'changed' })),
  updateTrustMark: input(({ trustMark }) => ({ id: trustMark, validFor: 5 })),
  updateTrustMarkType: input(({ trustMarkType }) => ({ id: trustMarkType, validFor: 5 })),
}

/** The same for subscriptions. */
export const subscriptions: Rows = {
  alertsChanged: none,
  auditEventRecorded: none,
  changed: none,
  publicationChanged: none,
  runProgress: ({ run }) => ({ runId: run }),
  requestChanged: none,
  runsChanged: none,
  subordinateChanged: none,
}
