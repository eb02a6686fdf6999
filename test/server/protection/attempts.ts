/** How one person could try each protected operation: by GraphQL, in bulk, from the history and by REST. */
import { generateSigningKey, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { planOf } from '../plan/planned.ts'
import { type Filled, POLICY, UNUSED_TYPE } from './filled.ts'

/** A mutation with its input; the action that it would record. */
export type Mutation = [action: string, mutation: string, input: Record<string, unknown>]

const MAIN = { anchor: 'main' }
const FILE =
  'apiVersion: inmor/v1\nanchor: main\nmetadataPolicy: { openid_provider: { contacts: { essential: true } } }\n'
const UNPROTECTED = 'apiVersion: inmor/v1\nprotection: { operations: [] }\n'
const ANOTHER = 'apiVersion: inmor/v1\nanchors:\n- slug: another\n'
const NEW_TYPE = 'https://ta.example.org/marks/new'

export async function mutations(admin: TestAdmin, filled: Filled): Promise<Mutation[]> {
  const { member, inactive, mark, type, unusedType, user, request, leaf, candidate } = filled
  const { jwks } = await admin.server.db.subordinate.findFirstOrThrow({ where: { entityId: leaf.id } })
  const further = toPublicJwk(await generateSigningKey('ES256'))
  const moreKeys = { keys: [...(jwks as JwkSet).keys, further] } // as it was written
  const same = (mutation: string, input: object): Mutation => [mutation, mutation, { ...input }]
  const planned = async (source: object): Promise<Mutation> => {
    const { hash } = await planOf(admin, source)
    return same('applyPlan', { ...MAIN, source, hash: hash ?? 'none' }) // none: it has a fault
  }
  const selected = (action: string, others: object = {}) =>
    planned({ selection: { action, subordinates: { ids: [member] }, ...others } })
  const plans = [
    selected('DEACTIVATE'),
    selected('REMOVE'),
    selected('UPDATE', { changes: { validFor: 1 } }),
    selected('ISSUE_TRUST_MARK', { trustMarkType: UNUSED_TYPE }),
    planned({ settings: { constraints: { max_path_length: 1 } } }),
    planned({ settings: { metadataPolicy: POLICY } }),
    planned({ version: { auditEventId: filled.policyEntry } }),
    planned({ version: { auditEventId: filled.memberEntry } }),
    planned({ list: { subordinates: [{ entityId: candidate.id, jwks }] } }),
    planned({ files: { files: [{ name: 'a.yaml', content: FILE }] } }),
  ]
  return [
    ...(await Promise.all(plans)),
    same('announceSigningKey', { anchor: 'test', alg: 'ES384' }),
    same('switchSigningKey', { ...MAIN, overrideReason: 'Now.' }),
    same('retireKey', { ...MAIN, kid: filled.kidInUse, acceptCopies: true }),
    same('revokeKey', { ...MAIN, kid: filled.kidUnused, reason: 'compromised' }),
    same('scheduleRollover', { ...MAIN, months: 12 }),
    same('updateFederationPolicy', { ...MAIN, metadataPolicy: POLICY }),
    same('updateTrustAnchor', { ...MAIN, constraints: { max_path_length: 1 } }),
    same('updateTrustAnchor', { ...MAIN, organizationName: 'Another' }),
    same('updateTrustAnchor', { ...MAIN, auditRetentionDays: 30 }),
    same('updateTrustAnchor', { ...MAIN, historyRetentionDays: 30 }),
    same('updateSchedule', { ...MAIN, name: 'renew-subordinates', enabled: false }),
    same('applyConfiguration', { ...MAIN, files: [{ name: 'a.yaml', content: FILE }] }),
    ...[UNPROTECTED, `${ANOTHER}  entityId: ${admin.entityId}/another\n`].map((content) =>
      same('applyConfiguration', { installation: true, files: [{ name: 'a.yaml', content }] }),
    ),
    same('updateCheckPipeline', { ...MAIN, entityType: 'federation_entity', checks: [], approves: true }),
    same('updateSubordinate', { id: member, metadataPolicy: POLICY }),
    same('updateSubordinate', { id: member, validFor: 1, autorenew: false }),
    same('renewSubordinate', { id: filled.unrenewed }),
    same('updateSubordinate', { id: member, jwks: moreKeys }),
    ['updateFederationPolicy', 'restoreVersion', { ...MAIN, auditEventId: filled.policyEntry }],
    ['updateSubordinate', 'restoreVersion', { ...MAIN, auditEventId: filled.memberEntry }],
    ...filled.dryRuns.map((id) => same('executeDryRun', { ...MAIN, id })),
    same('executeDryRun', { anchor: 'test', id: filled.testDryRun }),
    same('createTrustAnchor', { slug: 'new', entityId: `${admin.entityId}/new`, displayName: 'New' }),
    same('makeIntermediate', { anchor: 'test', superior: 'main' }),
    same('pauseTrustAnchor', { anchor: 'test' }),
    same('resumeTrustAnchor', { anchor: 'paused' }),
    same('removeTrustAnchor', { anchor: 'test' }),
    same('registerSubordinate', { ...MAIN, entityId: candidate.id }),
    same('reactivateSubordinate', { id: inactive }),
    same('deactivateSubordinate', { id: member }),
    same('removeSubordinate', { id: member }),
    ['registerSubordinate', 'approveRequest', { id: request }],
    same('issueTrustMark', { ...MAIN, trustMarkType: UNUSED_TYPE, entityId: leaf.id }),
    same('updateTrustMark', { id: mark, validFor: 5 }),
    same('revokeTrustMark', { id: mark }),
    same('createTrustMarkType', { ...MAIN, type: NEW_TYPE }),
    same('updateTrustMarkType', { id: type, validFor: 5 }),
    same('removeTrustMarkType', { id: unusedType }),
    same('renewTrustMark', { id: filled.unrenewedMark }),
    same('createApiKey', { username: 'bob', name: 'of-bob' }),
    same('createUser', { username: 'dave', role: 'ADMIN' }),
    same('updateUser', { id: user, role: 'ADMIN' }),
    same('removeUser', { id: user }),
    same('secureUser', { id: filled.administrator }),
    same('createInvitation', { id: filled.invited }),
    same('resetSecondFactor', { id: user }),
    same('updateProtection', { operations: [] }),
  ]
}

/** Changes of many, which wait as the execution of a dry run only. */
export const starts = ({ member, candidate }: Filled): [mutation: string, input: object][] => [
  ['startSubordinateChange', { ...MAIN, subordinates: { filter: {} }, action: 'REMOVE' }],
  [
    'startSubordinateChange',
    { ...MAIN, subordinates: { ids: [member] }, action: 'UPDATE', changes: { validFor: 1 } },
  ],
  ['importSubordinates', { ...MAIN, subordinates: [{ entityId: candidate.id }] }],
  ['promoteSubordinates', { from: 'main', to: 'test', subordinates: { ids: [member] } }],
  ['startRequestApproval', { ...MAIN, requests: { filter: {} } }],
]

/** Those whose input has a password, which is not kept. */
export const mutationsWithPassword = ({ user }: Filled): Mutation[] => [
  ['createUser', 'createUser', { username: 'dave', role: 'ADMIN', password: PASSWORD }],
  ['resetUserPassword', 'resetUserPassword', { id: user, password: PASSWORD }],
]

/** Requests of the REST API, by numbers. */
export function restRequests(filled: Filled): [action: string, method: string, path: string, body: object][] {
  const number = (id: string) => atob(id).split(':')[1]
  const { leaf, candidate } = filled
  return [
    ['registerSubordinate', 'POST', '/subordinates', { entityid: candidate.id }],
    [
      'updateSubordinate',
      'POST',
      `/subordinates/${number(filled.member)}`,
      { entityid: leaf.id, forced_metadata: { openid_relying_party: { client_name: 'Forced' } } },
    ],
    ['removeSubordinate', 'POST', `/subordinates/${number(filled.member)}`, { active: false }],
    ['createTrustMarkType', 'POST', '/trustmarktypes', { tmtype: NEW_TYPE }],
    ['updateTrustMarkType', 'PUT', `/trustmarktypes/${number(filled.type)}`, { valid_for: 5 }],
    ['issueTrustMark', 'POST', '/trustmarks', { tmt: Number(number(filled.unusedType)), domain: leaf.id }],
    ['updateTrustMark', 'PUT', `/trustmarks/${number(filled.mark)}`, { active: false }],
  ]
}
