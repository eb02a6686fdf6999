import { expect } from 'vitest'
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { planOf } from '../plan/planned.ts'
import { dryRun } from '../protection/filled.ts'
import { signed } from '../protection/people.ts'
import { createAccountMakers } from './account-makers.ts'
import { makeApproval } from './approval-maker.ts'
import { createMemberMakers, makeFailedMail, makeUniversity } from './member-makers.ts'

const ANOTHER = { slug: 'another' }
const FILE = 'apiVersion: inmor/v1\nanchor: main\nsettings: { color: "#123456" }\n'
/** The schedules of a test server are off. */
const SCHEDULE_ALERT = 'SCHEDULE_OFF:renew-subordinates'

type Row = [mutation: string, variables: () => Promise<object | null> | object | null]

type Started = {
  admin: () => TestAdmin
  /** Signed in as its administrator. */
  visitor: () => Visitor
  /** The whole answer of a mutation that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema defines the payload of the mutation
  succeed: (name: string, input: object | null) => Promise<any>
}

/** In this order: some need what earlier ones made. */
export function createCalls({ admin, visitor, succeed }: Started): Row[] {
  type Made = { id: string }
  const make = (name: string, input: object): Promise<Made> => succeed(name, { input })
  const uniqueType = () => `https://ta.example.org/marks/${crypto.randomUUID()}`
  const makeUser = () =>
    make('createUser', { username: `u${crypto.randomUUID()}`, password: PASSWORD, role: 'VIEWER' })
  const makeInvited = (): Promise<Made & { invitation: { link: string } }> =>
    succeed('createUser', { input: { username: `u${crypto.randomUUID()}`, role: 'VIEWER' } })
  const makeOrganization = () => makeUniversity(make)
  const { makePerson, askedFor, submission } = createMemberMakers(admin, make)
  const { addDevice, addPasskey, confirmablePasskey, enableTwoFactor, otherSession } = createAccountMakers(
    admin,
    visitor,
  )
  const makeWebhook = async (): Promise<Made> =>
    (await succeed('createWebhook', { input: { url: 'http://127.0.0.1:9', active: false } })).webhook
  const makeType = () => make('createTrustMarkType', { type: uniqueType() })

  async function issue(): Promise<Made> {
    const type = uniqueType()
    await make('createTrustMarkType', { type })
    return make('issueTrustMark', { trustMarkType: type, entityId: 'https://rp.example.org' })
  }

  async function register(place: { anchor?: string } = {}): Promise<Made> {
    const { id: entityId } = await startLeaf(admin(), { metadata: relyingParty })
    return make('registerSubordinate', { entityId, ...place })
  }

  /** An approval with the signature of the administrator. */
  async function signedRequest(): Promise<object> {
    const person = { visitor: visitor(), device: await addDevice() }
    return signed(person, await makeApproval(admin()))
  }

  /** The id of a signing key in a state. */
  async function keyIn(state: string): Promise<string | undefined> {
    const { data } = await visitor().execute('{ signingKeys { keys { kid state } } }')
    return data.signingKeys.keys.find((key: { state: string }) => key.state === state)?.kid
  }

  const announce = async (): Promise<string> =>
    (await keyIn('ANNOUNCED')) ?? (await succeed('announceSigningKey', { input: { alg: 'ES256' } })).kid

  const inThePast = new Date(0).toISOString()
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

  return [
    ['createUser', () => ({ input: { username: 'new', password: PASSWORD, role: 'VIEWER' } })],
    ['updateUser', async () => ({ input: { id: (await makeUser()).id, role: 'OPERATOR' } })],
    ['resetUserPassword', async () => ({ input: { id: (await makeUser()).id, password: PASSWORD } })],
    ['resetSecondFactor', async () => ({ input: { id: (await makeUser()).id } })],
    ['secureUser', async () => ({ input: { id: (await makeUser()).id } })],
    ['removeUser', async () => ({ input: { id: (await makeUser()).id } })],
    ['createInvitation', async () => ({ input: { id: (await makeInvited()).id } })],
    [
      'acceptInvitation',
      async () => {
        const { invitation } = await makeInvited()
        return { input: { token: new URL(invitation.link).hash.slice(1), password: PASSWORD } }
      },
    ],
    ['updateMail', () => ({ input: { enabled: false } })],
    ['updateNotifications', () => ({ input: { anchor: 'main', requests: true } })],
    ['retryMail', async () => ({ input: { id: await makeFailedMail(admin()) } })],
    ['createApiKey', () => ({ input: { username: 'viewer', name: 'ci' } })],
    [
      'revokeApiKey',
      async () => {
        const { apiKey } = await succeed('createApiKey', { input: { username: 'viewer', name: 'old' } })
        return { input: { id: apiKey.id } }
      },
    ],
    ['createWebhook', () => ({ input: { url: 'http://127.0.0.1:9', active: false } })],
    ['updateWebhook', async () => ({ input: { id: (await makeWebhook()).id, rotateSecret: true } })],
    ['removeWebhook', async () => ({ input: { id: (await makeWebhook()).id } })],
    ['replayWebhook', async () => ({ input: { id: (await makeWebhook()).id, from: inThePast } })],
    ['testWebhook', async () => ({ input: { id: (await makeWebhook()).id } })],
    ['createOrganization', () => ({ input: { name: 'University' } })],
    ['updateOrganization', async () => ({ input: { id: (await makeOrganization()).id, country: 'SE' } })],
    ['removeOrganization', async () => ({ input: { id: (await makeOrganization()).id } })],
    [
      'invitePerson',
      async () => ({ input: { organizationId: (await makeOrganization()).id, email: 'anna@lu.example' } }),
    ],
    ['updatePerson', async () => ({ input: { ...(await makePerson()), mayInvite: true } })],
    ['removePerson', async () => ({ input: await makePerson() })],
    ['submitRequest', async () => ({ input: await submission() })],
    [
      'withdrawRequest',
      async () => ({ input: { id: (await make('submitRequest', await submission())).id } }),
    ],
    ['commentRequest', async () => ({ input: { id: (await askedFor()).id, text: 'Noted.' } })],
    ['assignRequest', async () => ({ input: { id: (await askedFor()).id, username: 'operator' } })],
    ['approveRequest', async () => ({ input: { id: (await askedFor()).id } })],
    ['refuseRequest', async () => ({ input: { id: (await askedFor()).id, reason: 'No.' } })],
    ['returnRequest', async () => ({ input: { id: (await askedFor()).id, message: 'What?' } })],
    ['startRequestApproval', () => ({ input: { requests: { filter: {} }, dryRun: true } })],
    ['updateCheckPipeline', () => ({ input: { entityType: 'openid_provider', approves: true } })],
    ['createTrustMarkType', () => ({ input: { type: uniqueType() } })],
    ['updateTrustMarkType', async () => ({ input: { id: (await makeType()).id, validFor: 24 } })],
    ['removeTrustMarkType', async () => ({ input: { id: (await makeType()).id } })],
    [
      'issueTrustMark',
      async () => {
        const type = uniqueType()
        await make('createTrustMarkType', { type })
        return { input: { trustMarkType: type, entityId: 'https://rp.example.org' } }
      },
    ],
    ['updateTrustMark', async () => ({ input: { id: (await issue()).id, validFor: 24 } })],
    ['renewTrustMark', async () => ({ input: { id: (await issue()).id } })],
    ['revokeTrustMark', async () => ({ input: { id: (await issue()).id } })],
    [
      'registerSubordinate',
      async () => ({ input: { entityId: (await startLeaf(admin(), { metadata: relyingParty })).id } }),
    ],
    ['updateSubordinate', async () => ({ input: { id: (await register()).id, validFor: 24 } })],
    ['renewSubordinate', async () => ({ input: { id: (await register()).id } })],
    ['deactivateSubordinate', async () => ({ input: { id: (await register()).id } })],
    ['reactivateSubordinate', async () => ({ input: { id: (await register()).id } })],
    ['removeSubordinate', async () => ({ input: { id: (await register()).id } })],
    ['awaitEntity', () => ({ input: { entityId: 'http://127.0.0.1:1' } })],
    [
      'stopAwaitingEntity',
      async () => {
        const { entityId } = await succeed('awaitEntity', { input: { entityId: 'http://127.0.0.1:2' } })
        return { input: { entityId } }
      },
    ],
    ['announceMirror', () => ({ input: { url: 'http://127.0.0.1:1' } })],
    [
      'removeMirror',
      async () => ({ input: { id: (await make('announceMirror', { url: 'http://127.0.0.1:2' })).id } }),
    ],
    [
      'applyPlan',
      async () => {
        const source = { list: { lines: ['http://127.0.0.1:3'] } }
        const { hash } = await planOf(admin(), source)
        return { input: { hash, source, dryRun: true } }
      },
    ],
    ['applyConfiguration', () => ({ input: { dryRun: true, files: [{ name: 'a.yaml', content: FILE }] } })],
    ['importSubordinates', () => ({ input: { subordinates: [{ entityId: 'https://rp.example.org' }] } })],
    [
      'startSubordinateChange',
      () => ({ input: { action: 'RENEW', subordinates: { filter: {} }, dryRun: true } }),
    ],
    [
      'createTrustAnchor',
      () => ({ input: { ...ANOTHER, entityId: 'http://another.example.org', displayName: 'Another' } }),
    ],
    ['makeIntermediate', () => ({ input: { anchor: ANOTHER.slug, superior: 'main' } })],
    [
      'promoteSubordinates',
      async () => {
        const { id } = await register({ anchor: 'main' })
        return { input: { from: 'main', to: ANOTHER.slug, subordinates: { ids: [id] }, dryRun: true } }
      },
    ],
    [
      'admitOrganization',
      async () => {
        const { id } = await make('createOrganization', { name: 'Institute', anchor: 'main' })
        return { input: { id, to: ANOTHER.slug } }
      },
    ],
    ['pauseTrustAnchor', () => ({ input: { anchor: ANOTHER.slug } })],
    ['resumeTrustAnchor', () => ({ input: { anchor: ANOTHER.slug } })],
    ['removeTrustAnchor', () => ({ input: { anchor: ANOTHER.slug } })],
    ['updateTrustAnchor', () => ({ input: { statementHours: 100 } })],
    ['updateFederationPolicy', () => ({ input: { metadataPolicy: {} } })],
    [
      'restoreVersion',
      async () => {
        const { id } = await register()
        await make('updateSubordinate', { id, validFor: 24 })
        const where = { action: 'registerSubordinate' }
        const entry = await admin().server.db.auditEvent.findFirst({ where, orderBy: { id: 'desc' } })
        return { input: { auditEventId: btoa(`AuditEvent:${entry?.id}`) } }
      },
    ],
    ['regenerateEntityConfiguration', () => null],
    ['publishHistoricalKeys', () => null],
    ['rebuildPublication', () => null],
    [
      'decideWithdrawals',
      async () => {
        const row = { kind: 'UNKNOWN', entityId: 'https://lost.example.org', foundAt: new Date() }
        await admin().server.db.foundWithdrawal.create({ data: row })
        return { input: { decision: 'ACCEPT' } }
      },
    ],
    ['updateProtection', () => ({ input: { validForHours: 48 } })],
    ['approve', async () => ({ input: await signedRequest() })],
    [
      'commentApproval',
      async () => ({ input: { id: await makeApproval(admin()), text: 'What is it for?' } }),
    ],
    ['refuse', async () => ({ input: { id: await makeApproval(admin()), message: 'No.' } })],
    [
      'override',
      async () => {
        await admin().server.installation.protection.updateMany({ data: { breakGlass: 'AT_ONCE' } })
        return { input: { ...(await signedRequest()), reason: 'It is urgent.' } }
      },
    ],
    ['updateSchedule', () => ({ input: { name: 'prune', enabled: false } })],
    ['startRenewal', () => ({ input: { kind: 'SUBORDINATES' } })],
    ['startCollectionWalk', () => null],
    ['startRebuild', () => null],
    ['acknowledgeAlert', () => ({ input: { id: SCHEDULE_ALERT } })],
    ['snoozeAlert', () => ({ input: { id: SCHEDULE_ALERT, until: inAnHour() } })],
    [
      'executeDryRun',
      async () => {
        const { id } = await register()
        const input = { action: 'DEACTIVATE', subordinates: { ids: [id] } }
        return { input: { id: await dryRun(admin(), 'startSubordinateChange', input) } }
      },
    ],
    ['startEvaluation', () => null],
    ['reissueTrustMarks', () => ({ input: {} })],
    [
      'cancelRun',
      async () => {
        const data = { kind: 'SUBORDINATES', state: 'QUEUED', startedBy: 'admin' }
        const { id } = await admin().server.db.run.create({ data })
        return { input: { id: Buffer.from(`Run:${id}`).toString('base64') } }
      },
    ],
    ['renamePasskey', async () => ({ input: { id: (await addPasskey()).id, name: 'Old laptop' } })],
    ['removePasskey', async () => ({ input: { id: (await addPasskey()).id } })],
    ['confirmPasskey', confirmablePasskey],
    ['endSession', async () => ({ input: { id: (await otherSession()).id } })],
    ['endOtherSessions', () => null],
    ['requestDocumentPass', () => null],
    ['changePassword', () => ({ input: { newPassword: PASSWORD } })],
    ['disableTwoFactor', enableTwoFactor],
    ['scheduleRollover', () => ({ input: { months: 12 } })],
    ['announceSigningKey', () => ({ input: { alg: 'ES256' } })],
    [
      'switchSigningKey',
      async () => {
        await announce()
        return { input: { overrideReason: 'This is a test.' } }
      },
    ],
    [
      'retireKey',
      async () => {
        // No mark may need the key, and the current key must have signed all published statements.
        await admin().server.db.trustMark.updateMany({ data: { active: false } })
        await expect.poll(() => admin().server.db.outboxEntry.count()).toBe(0)
        return { input: { kid: await keyIn('PUBLISHED'), acceptCopies: true } }
      },
    ],
    ['revokeKey', async () => ({ input: { kid: await announce(), reason: 'compromised' } })],
  ]
}
